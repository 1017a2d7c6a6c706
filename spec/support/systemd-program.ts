/**
 * A server whose socket was opened by the process that started it, for
 * ../endpoints/sockets/adopted-socket.spec.ts. It greets one client, then stops listening and says at
 * which address it did.
 */
import { Factory, Protocol, serverFromString } from '../../lib/index.js';

class Greeter extends Protocol {
  override connectionMade(): void {
    this.transport.write(Buffer.from('hello'));
    this.transport.loseConnection();
    port.stopListening().catch(console.error);
  }
}

const endpoint = serverFromString(`systemd:domain=${process.argv[2]}:index=0`);
const port = await endpoint.listen(Factory.forProtocol(Greeter));
console.log(JSON.stringify(port.getHost()));
