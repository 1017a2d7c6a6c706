/**
 * Twisted's `streaming.py`: asks how many random integers you want, sends them, one a line, closes.
 *
 *     node --import tsx/esm examples/streaming.ts [port]
 *     nc -C 127.0.0.1 1234
 *
 * To see it wait for a slow reader, ask for many and page through them:
 *
 *     echo 9000000 | nc -C 127.0.0.1 1234 | less
 */
import { Factory } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

import { RandomIntegers } from './random-integers.js';
import { parsePort, serve } from './serve.js';

class ServeRandom extends LineReceiver {
  override connectionMade() {
    console.log('Connection made from', this.transport.getPeer());
    this.sendLine(Buffer.from('How many random integers do you want?'));
  }

  override lineReceived(line: Buffer) {
    const text = line.toString().trim();
    if (/^\d+$/.test(text)) {
      console.log('Client requested %d random integers!', text);
      const producer = new RandomIntegers(this.transport, Number(text));
      this.transport.registerProducer(producer, true);
      producer.resumeProducing();
    } else {
      this.sendLine(Buffer.from('That is not a number.'));
    }
    this.transport.loseConnection(); // Waits until the producer has unregistered.
  }

  override connectionLost(reason: Error) {
    console.log('Connection lost from', this.transport.getPeer(), reason.message);
  }
}

await serve(parsePort(process.argv[2] ?? '1234'), Factory.forProtocol(ServeRandom));
