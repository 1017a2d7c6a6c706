/**
 * Twisted's `streaming.py`: asks how many random integers you want, sends them, one a line, closes.
 *
 *     node --import tsx/esm examples/streaming.ts [port]
 *     nc 127.0.0.1 1234
 *
 * To see it wait for a slow reader, ask for many and page through them:
 *
 *     echo 9000000 | nc 127.0.0.1 1234 | less
 */
import { Protocol } from 'twisted-streams';

import { RandomIntegers } from './random-integers.js';
import { parsePort, serve } from './serve.js';

class ServeRandom extends Protocol {
  private input = '';
  private answered = false;

  override connectionMade() {
    console.log('Connection made from', this.transport.getPeer());
    this.sendLine('How many random integers do you want?');
  }

  override dataReceived(data: Buffer) {
    this.input += data.toString('latin1');
    if (this.answered || !this.input.includes('\n')) return;
    this.answered = true;
    const [, digits] = /^ *(\d+)\s/.exec(this.input) ?? [];
    if (digits !== undefined) {
      const count = Number(digits);
      console.log('Client requested %d random integers!', count);
      const producer = new RandomIntegers(this.transport, count);
      this.transport.registerProducer(producer, true);
      producer.resumeProducing();
    } else {
      this.sendLine('That is no number.');
    }
    this.transport.loseConnection(); // Waits until the producer has unregistered.
  }

  override connectionLost(reason: Error) {
    console.log('Connection lost from', this.transport.getPeer(), reason.message);
  }

  private sendLine(line: string) {
    this.transport.write(Buffer.from(`${line}\r\n`));
  }
}

serve(parsePort(process.argv[2] ?? '1234'), () => new ServeRandom());
