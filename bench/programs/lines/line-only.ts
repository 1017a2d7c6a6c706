/** Lines through a `LineOnlyReceiver` over a transport. */
import { Duplex, Writable } from 'node:stream';

import { DuplexTransport } from '../../library/index.js';
import { LineOnlyReceiver } from '../../library/protocols.js';
import { count, lines, sayLineRate } from './supply.js';

class Counter extends LineOnlyReceiver {
  override lineReceived(line: Buffer): void {
    count(line.length);
  }
}

const duplex = Duplex.from({ readable: lines(), writable: new Writable() });
new DuplexTransport(duplex, { protocol: new Counter() });
await sayLineRate();
