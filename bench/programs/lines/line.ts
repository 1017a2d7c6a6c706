/** Lines through a `LineReceiver` over a transport. */
import { Duplex, Writable } from 'node:stream';

import { DuplexTransport } from '../../library/index.js';
import { LineReceiver } from '../../library/protocols.js';
import { count, lines, sayLineRate } from './supply.js';

class Counter extends LineReceiver {
  override lineReceived(line: Buffer): void {
    count(line.length);
  }
}

const duplex = Duplex.from({ readable: lines(), writable: new Writable() });
new DuplexTransport(duplex, { protocol: new Counter() });
await sayLineRate();
