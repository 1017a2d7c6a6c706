/** Twisted's kind of push producer, registered with a transport of this library. */
import { DuplexTransport, type IPushProducer, Protocol, type ProtocolTransport } from 'twisted-streams';

import type { Supply } from '../../support/supply.js';
import { send } from '../sending.js';

class Producer implements IPushProducer {
  private paused = false;

  constructor(
    private readonly transport: ProtocolTransport,
    private readonly supply: Supply,
  ) {}

  pauseProducing(): void {
    this.paused = true;
  }

  resumeProducing(): void {
    this.paused = false;
    while (!this.paused) {
      const message = this.supply.next();
      if (message === null) {
        this.transport.unregisterProducer();
        this.transport.loseConnection();
        return;
      }
      this.transport.write(message);
    }
  }

  stopProducing(): void {
    this.paused = true;
  }
}

class Sender extends Protocol {
  constructor(private readonly supply: Supply) {
    super();
  }

  override connectionMade(): void {
    const producer = new Producer(this.transport, this.supply);
    this.transport.registerProducer(producer, true);
    producer.resumeProducing();
  }
}

await send((socket, supply) => {
  new DuplexTransport(socket, { protocol: new Sender(supply) });
});
