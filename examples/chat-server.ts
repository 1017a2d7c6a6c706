/**
 * Twisted's `chatserver.py`: each line that one client sends goes to all of them.
 *
 *     node --import tsx/esm examples/chat-server.ts [port]
 *     nc -C 127.0.0.1 1025
 */
import { Factory } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

import { parsePort, serve } from './serve.js';

class Chat extends LineReceiver {
  declare factory: ChatFactory;

  override connectionMade() {
    console.log('Got a new client!');
    this.factory.clients.add(this);
  }

  override connectionLost() {
    console.log('Lost a client!');
    this.factory.clients.delete(this);
  }

  override lineReceived(line: Buffer) {
    console.log('Received', JSON.stringify(line.toString()));
    for (const client of this.factory.clients) client.sendLine(line);
  }
}

class ChatFactory extends Factory {
  override protocol = Chat;
  readonly clients = new Set<Chat>();
}

const [port = '1025'] = process.argv.slice(2);
await serve(parsePort(port), new ChatFactory());
