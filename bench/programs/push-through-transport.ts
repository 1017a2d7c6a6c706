/** Twisted's kind of push producer, registered with a transport of this library. */
import type { Socket } from 'node:net';

import { DuplexTransport, Protocol } from '../library/index.js';
import type { Supply } from '../support/supply.js';
import { SupplyProducer } from './supply-producer.js';

class Sender extends Protocol {
  constructor(private readonly supply: Supply) {
    super();
  }

  override connectionMade(): void {
    const { transport } = this;
    const producer = new SupplyProducer(transport, this.supply, () => transport.loseConnection());
    transport.registerProducer(producer, true);
    producer.resumeProducing();
  }
}

export function pushThroughTransport(socket: Socket, supply: Supply): void {
  new DuplexTransport(socket, { protocol: new Sender(supply) });
}
