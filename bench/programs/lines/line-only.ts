/** Lines through a `LineOnlyReceiver` over a transport. */
import { Duplex, Writable } from 'node:stream';

import { DuplexTransport } from 'twisted-streams';
import { LineOnlyReceiver } from 'twisted-streams/protocols';

import { count, lines, sayLineRate } from './supply.js';

class Counter extends LineOnlyReceiver {
  override lineReceived(line: Buffer): void {
    count(line.length);
  }
}

const duplex = Duplex.from({ readable: lines(), writable: new Writable() });
new DuplexTransport(duplex, { protocol: new Counter() });
await sayLineRate();
