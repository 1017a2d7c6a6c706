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
  override lineReceived(line: Buffer) {
    void this.send(line.toString());
    this.transport.loseConnection(); // Waits until the sender has unregistered.
  }

  private async send(name: string): Promise<void> {
    try {
      await new FileSender().beginFileTransfer(await locate(folder, name), this.transport);
    } catch (error) {
      this.sendLine(Buffer.from(`-ERR ${(error as Error).message}`));
    }
  }
}

await serve(parsePort(port), Factory.forProtocol(FileServer));
