/** A consumer that only counts bytes. */
import type { IConsumer } from '../../library/index.js';

export class CountingConsumer implements IConsumer {
  bytes = 0;

  registerProducer(): void {}

  unregisterProducer(): void {}

  write(data: Uint8Array): void {
    this.bytes += data.length;
  }
}
