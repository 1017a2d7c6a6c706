/** A transport as a stream: `TransportDuplex`, or the same by hand, with or without its checks. */
import { once } from 'node:events';
import * as node from 'node:stream';

import * as rs from 'readable-stream';

import { type IProtocol, type IPushProducer, TransportDuplex } from '../../library/index.js';
import { feed, moveInMemory } from '../in-memory.js';
import { readOptions } from '../options.js';
import { CheckedWrites } from './checked-writes.js';
import { EchoTransport } from './echo-transport.js';

type Made = 'ours' | 'by hand' | 'by hand, checked' | 'by hand, on readable-stream';

const { made } = readOptions<{ made: Made }>();

// The two classes have the same shape by design; only their declarations differ.
const Duplex =
  made === 'by hand, on readable-stream'
    ? (rs.Duplex as unknown as typeof node.Duplex)
    : node.Duplex;

class DuplexByHand extends Duplex implements IProtocol {
  protected transport: EchoTransport | null = null;
  private transportPaused = false;
  private paused = false;
  private waiting: (() => void) | null = null;
  protected readonly producer: IPushProducer = {
    pauseProducing: () => {
      this.paused = true;
    },
    resumeProducing: () => {
      this.paused = false;
      const { waiting } = this;
      this.waiting = null;
      waiting?.();
    },
    stopProducing: () => this.destroy(),
  };

  makeConnection(transport: EchoTransport): void {
    this.transport = transport;
    transport.registerProducer(this.producer);
  }

  dataReceived(data: Buffer): void {
    if (this.push(data) || this.transportPaused) return;
    this.transportPaused = true;
    this.transport?.pauseProducing();
  }

  connectionLost(): void {
    this.push(null);
  }

  override _read(): void {
    if (!this.transportPaused) return;
    this.transportPaused = false;
    this.transport?.resumeProducing();
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.transport?.write(chunk);
    if (this.paused) this.waiting = callback;
    else callback();
  }

  override _final(callback: () => void): void {
    this.transport?.unregisterProducer();
    this.transport?.loseConnection();
    callback();
  }
}

class CheckedByHand extends DuplexByHand {
  protected override readonly producer = new CheckedWrites();

  override dataReceived(data: Buffer): void {
    if (!((data as unknown) instanceof Uint8Array)) throw new TypeError('The data is not bytes');
    super.dataReceived(data);
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    if (this.transport !== null) this.producer.write(this.transport, chunk, callback);
  }
}

const CLASSES = {
  ours: TransportDuplex,
  'by hand': DuplexByHand,
  'by hand, checked': CheckedByHand,
  'by hand, on readable-stream': DuplexByHand,
};

await moveInMemory(async (supply, meter) => {
  const duplex = new CLASSES[made]();
  duplex.makeConnection(new EchoTransport(duplex));
  duplex.on('data', (chunk: Buffer) => meter.take(chunk));
  feed(duplex, supply);
  await once(duplex, 'end');
});
