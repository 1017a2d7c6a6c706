/** The members of a chain: our consumers and producers, which tell a {@link Stage} what is called. */
import type { Cooperator } from '../../../lib/twisted/cooperation/index.js';
import { FileDescriptor } from '../../../lib/twisted/core/file-descriptor.js';
import type {
  IConsumer,
  IPushProducer,
  IReactorFDSet,
} from '../../../lib/twisted/core/interfaces.js';
import {
  BasicProducerConsumerProxy,
  FileSender,
  ProducerConsumerProxy,
  PullToPush,
} from '../../../lib/twisted/producers/index.js';
import type { Callback, Node } from './chain-scenarios.js';

/** Where a scenario is played. */
export interface Stage {
  readonly trace: unknown[][];
  readonly isLong: boolean;
  readonly cooperator: Cooperator;
  /** Writes down a call, and does what the scenario wants done in it. */
  happens(callback: Callback, ...what: unknown[]): void;
  nameOf(outcome: unknown): string;
  nameOfProducer(producer: unknown): string;
  /** The next `count` bytes. */
  data(count: number): Buffer;
  /** @returns where to write down how a transfer ended. */
  transfer(): (outcome: string) => void;
}

/** A consumer or a sender of files, and how it stands. */
export interface Member {
  readonly number: number | string;
  state(): string;
}

function letters(flags: [string, unknown][]): string {
  return flags.flatMap(([letter, isSet]) => (isSet ? [letter] : [])).join('');
}

/** Writes down what comes, and may ask for more. */
export class Sink implements IConsumer, Member {
  private from: IPushProducer | null = null;
  private streaming = true;

  constructor(
    private readonly player: Stage,
    readonly number: number,
    private readonly node: { asks: boolean; again: boolean },
  ) {}

  state(): string {
    return '';
  }

  private ask(): void {
    if (!this.streaming && !this.player.isLong) this.from?.resumeProducing();
  }

  registerProducer(producer: IPushProducer, streaming: boolean): void {
    this.from = producer;
    this.streaming = streaming;
    this.player.happens(
      'registerProducer',
      this.number,
      this.player.nameOfProducer(producer),
      streaming,
    );
    if (this.node.asks) this.ask();
  }
  unregisterProducer(): void {
    this.from = null;
    this.player.happens('unregisterProducer', this.number);
  }
  write(data: Uint8Array): void {
    this.player.happens('write', this.number, String(data));
    if (this.node.again) this.ask();
  }
  finish(): void {
    this.player.happens('finish', this.number);
  }
}

class Reactor implements IReactorFDSet {
  addReader(it: object): void {
    (it as Descriptor).isReading = true;
  }
  removeReader(it: object): void {
    (it as Descriptor).isReading = false;
  }
  addWriter(it: object): void {
    (it as Descriptor).isWriting = true;
  }
  removeWriter(it: object): void {
    (it as Descriptor).isWriting = false;
  }
}

/** A FileDescriptor whose reactor is the scenario. */
export class Descriptor extends FileDescriptor implements Member {
  isReading = false;
  isWriting = false;
  private readonly takes: number;

  constructor(
    private readonly player: Stage,
    readonly number: number,
    node: Node & { kind: 'descriptor' },
  ) {
    super(new Reactor());
    this.bufferSize = node.bufferSize;
    this.waitsForProducer = node.waits;
    this.takes = node.takes ?? Infinity;
    this.connected = true;
  }

  state(): string {
    const flags = letters([
      ['C', this.connected],
      ['L', this.disconnecting],
      ['X', this.disconnected],
      ['w', this.writeDisconnecting],
      ['W', this.writeDisconnected],
      ['P', this.producerPaused],
      ['S', this.streamingProducer],
      ['r', this.isReading],
      ['v', this.isWriting],
    ]);
    return flags + this.player.nameOfProducer(this.producer);
  }

  override writeSomeData(data: Buffer): number {
    this.player.happens('writeSomeData', this.number, String(data));
    return Math.min(this.takes, data.length);
  }

  override connectionLost(reason: Error): void {
    this.player.happens('connectionLost', this.number, this.player.nameOf(reason));
    super.connectionLost(reason);
  }

  /** As a reactor does when there is room to write. */
  turn(): void {
    if (!this.isWriting) return;
    let why: Error | undefined;
    try {
      why = this.doWrite();
    } catch (error) {
      this.player.trace.push(['doWrite threw', this.player.nameOf(error)]);
      why = error as Error;
    }
    if (why === undefined) return;
    this.isWriting = false;
    this.connectionLost(why);
  }
}

/** Members that are not public. */
interface Inside {
  buffer: Buffer[];
  producerPaused?: boolean;
  unregistered?: boolean;
}

/** A proxy in front of `to`. */
export function proxyOf(
  player: Stage,
  number: number,
  node: Node & { kind: 'basic' | 'proxy' },
  to: IConsumer,
): Member {
  const Base = (
    node.kind === 'basic' ? BasicProducerConsumerProxy : ProducerConsumerProxy
  ) as typeof ProducerConsumerProxy;
  class Proxy extends Base implements Member {
    override get iAmStreaming(): boolean {
      return node.iAmStreaming;
    }

    get number(): number {
      return number;
    }

    state(): string {
      const inside = this as unknown as Inside;
      const flags = letters([
        ['P', this.paused],
        ['O', this.outstandingPull],
        ['W', inside.producerPaused],
        ['U', inside.unregistered],
        ['C', this.consumer !== null],
        ['S', this.producerIsStreaming],
        ['X', this.stopped],
      ]);
      const producer = player.nameOfProducer(this.producer);
      return `${flags}${producer} ${inside.buffer.map(String).join('|')}`;
    }
  }
  Proxy.prototype.bufferSize = node.bufferSize;
  return new Proxy(to);
}

/** Whose producer has a name. */
export class Streaming extends PullToPush {
  constructor(
    readonly pulled: IPushProducer,
    consumer: IConsumer,
    cooperator: Cooperator,
  ) {
    super(pulled, consumer, cooperator);
  }
}

/** A consumer for push producers alone, as TLS is: it adapts pull producers. */
export class PushOnly implements IConsumer, Member {
  private adapter: PullToPush | null = null;

  constructor(
    private readonly player: Stage,
    readonly number: number,
    private readonly consumer: IConsumer,
  ) {}

  state(): string {
    return this.adapter === null ? '' : 'A';
  }

  registerProducer(producer: IPushProducer, streaming: boolean): void {
    if (streaming) {
      this.consumer.registerProducer(producer, true);
      return;
    }
    const adapter = new Streaming(producer, this, this.player.cooperator);
    this.consumer.registerProducer(adapter, true);
    this.adapter = adapter;
    adapter.startStreaming();
  }
  unregisterProducer(): void {
    this.adapter?.stopStreaming();
    this.consumer.unregisterProducer();
  }
  write(data: Uint8Array): void {
    this.consumer.write(data);
  }
}

/** A FileSender of files in memory. */
export class Sender extends FileSender implements Member {
  private isBegun = false;

  constructor(
    private readonly player: Stage,
    readonly number: string,
  ) {
    super();
  }

  state(): string {
    return (this as unknown as { file: unknown }).file === null ? '' : 'F';
  }

  /** Twisted's, to which its script gives `file = None`, takes no notice before it has a file. */
  override resumeProducing(): void {
    if (this.isBegun) super.resumeProducing();
  }

  begin(length: number, consumer: IConsumer, chunk: number): void {
    this.isBegun = true;
    const settle = this.player.transfer();
    let rest = this.player.data(length);
    const read = (size: number): Buffer => {
      const data = rest.subarray(0, size);
      rest = rest.subarray(size);
      this.player.happens('read', this.number);
      return data;
    };
    this.CHUNK_SIZE = chunk;
    this.beginFileTransfer({ read }, consumer).then(
      (last) => settle(`sent ${String(last)}`),
      (error: unknown) => settle(this.player.nameOf(error)),
    );
  }
}
