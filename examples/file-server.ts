/**
 * A file server by lines: a client sends a name, and gets the file and the end of the connection.
 * `FileSender` is the producer: a client that reads slowly slows the file down.
 *
 *     node --import tsx/esm examples/file-server.ts [folder [port]]
 *     echo package.json | nc -C 127.0.0.1 1234
 */
import { Factory, FileSender } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

import { locate, parseFolder, parsePort, serve } from './serve.js';

const [path = '.', port = '1234'] = process.argv.slice(2);
const folder = await parseFolder(path);

class FileServer extends LineReceiver {
  override async lineReceived(line: Buffer) {
    try {
      const path = await locate(folder, line.toString());
      await new FileSender().beginFileTransfer(path, this.transport);
    } catch (error) {
      this.sendLine(Buffer.from(`-ERR ${(error as Error).message}`));
    }
    this.transport.loseConnection();
  }

  /** A client may end its half after the name: without these two, the connection would end then. */
  readConnectionLost() {}
  writeConnectionLost() {}
}

await serve(parsePort(port), Factory.forProtocol(FileServer));
