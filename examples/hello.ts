/** An echo server. node --import tsx/esm examples/hello.ts, then: nc 127.0.0.1 8007 */
import { Factory, listen, Protocol } from 'twisted-streams';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

const port = await listen(Factory.forProtocol(Echo), { host: '127.0.0.1', port: 8007 });
console.log('Listening on', port.getHost());
