/** An echo server. node --import tsx/esm examples/hello.ts, then: nc 127.0.0.1 8007 */
import { Factory, listen, Protocol } from 'twisted-streams';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

const place = { host: '127.0.0.1', port: Number(process.argv[2] ?? 8007) };
const port = await listen(Factory.forProtocol(Echo), place);
console.log('Listening on', port.getHost());
