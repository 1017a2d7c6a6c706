/** The same protocol, by a factory that listens: what a Twisted program does. */
import { Factory, listen, Protocol } from '../../library/index.js';
import { say } from '../options.js';
import { countLives } from './count-lives.js';

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
  override connectionLost(): void {
    closed();
  }
}

const listening = await listen(Factory.forProtocol(Echo), { port: 0, host: '127.0.0.1' });
const closed = countLives(() => void listening.stopListening());
say({ port: listening.getHost().port });
