/** A pull producer of a connection's consumer, or of a `ShapedConsumer` without limit around that. */
import {
  Bucket,
  type IConsumer,
  type IPullProducer,
  ShapedConsumer,
  WritableConsumer,
} from '../library/index.js';
import type { Supply } from '../support/supply.js';
import { readOptions } from './options.js';
import { send } from './sending.js';

class PullSupplyProducer implements IPullProducer {
  constructor(
    private readonly consumer: IConsumer,
    private readonly supply: Supply,
  ) {}

  resumeProducing(): void {
    const message = this.supply.next();
    if (message === null) this.consumer.unregisterProducer();
    else this.consumer.write(message);
  }

  stopProducing(): void {}
}

const { shaped } = readOptions<{ shaped: boolean }>();

await send((socket, supply) => {
  const connection = new WritableConsumer(socket);
  socket.resume();
  const consumer = shaped ? new ShapedConsumer(connection, new Bucket()) : connection;
  consumer.registerProducer(new PullSupplyProducer(consumer, supply), false);
  connection.loseConnection();
});
