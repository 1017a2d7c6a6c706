/** Lines through a `LineReceiver` over a transport. */
import { Duplex, Writable } from 'node:stream';

import { DuplexTransport } from 'twisted-streams';
import { LineReceiver } from 'twisted-streams/protocols';

import { count, lines, sayLineRate } from './supply.js';

class Counter extends LineReceiver {
  override lineReceived(line: Buffer): void {
    count(line.length);
  }
}

const duplex = Duplex.from({ readable: lines(), writable: new Writable() });
new DuplexTransport(duplex, { protocol: new Counter() });
await sayLineRate();
