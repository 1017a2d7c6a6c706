/**
 * Twisted's `stdin.py`: what is typed comes as lines, and is echoed.
 *
 *     node --import tsx/esm examples/stdin-to-lines.ts
 */
import { StandardIO } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

class Echo extends LineReceiver {
  override delimiter = Buffer.from('\n');

  override connectionMade() {
    this.transport.write(Buffer.from('>>> '));
  }

  override lineReceived(line: Buffer) {
    this.sendLine(Buffer.concat([Buffer.from('Echo: '), line]));
    this.transport.write(Buffer.from('>>> '));
  }
}

new StandardIO(new Echo());
