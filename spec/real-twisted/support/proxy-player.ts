/**
 * Plays a {@link Scenario} on our proxies and writes down every call. The twin of `Player` in
 * ../oracle/proxies.py, line for line, so that the two traces can be compared as they are.
 */
import { BasicProducerConsumerProxy } from '../../../lib/twisted/producers/basic-producer-consumer-proxy.js';
import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { ProducerAlreadyRegisteredError } from '../../../lib/twisted/core/errors.js';
import type {
  IFinishableConsumer,
  IPullProducer,
  IPushProducer,
} from '../../../lib/twisted/core/interfaces.js';
import { ProducerConsumerProxy } from '../../../lib/twisted/producers/producer-consumer-proxy.js';
import { ShapedConsumer } from '../../../lib/twisted/shaping/shaped-consumer.js';
import { type Callback, type Operation, type Scenario } from './proxy-scenarios.js';

/** Thrown because the scenario says so. */
class Scripted extends Error {}

/** The members of a proxy that are looked at, some of which are not public. */
interface Inside {
  buffer: Buffer[];
  producerPaused?: boolean;
  unregistered?: boolean;
}

/** Plays `scenario` on our proxies. @returns the trace. */
export function playOnOurs(scenario: Scenario): string[] {
  const player = new Player(scenario);
  player.play();
  return player.trace;
}

class Player {
  readonly trace: string[] = [];
  proxy: BasicProducerConsumerProxy | undefined;
  private readonly reactions = new Map<string, { does?: Operation[]; throws?: boolean }[]>();
  private readonly producers = [0, 1, 2].map((number) => new Producer(this, number));
  private bytesMade = 0;
  private exceptionsMade = 0;

  constructor(private readonly scenario: Scenario) {
    for (const [name, tape] of Object.entries(scenario.reactions)) {
      this.reactions.set(name, [...tape]);
    }
  }

  play(): void {
    try {
      this.proxy = this.build();
    } catch (error) {
      this.trace.push(`the constructor threw ${nameOf(error)}`);
      return;
    }
    for (const operation of this.scenario.script) {
      this.perform(['try', operation]);
      this.trace.push(this.state());
    }
  }

  private build(): BasicProducerConsumerProxy {
    const { kind, bucket, iAmStreaming, bufferSize, takes } = this.scenario;
    const consumer = this.scenario.consumer ? new Consumer(this) : null;
    if (kind === 'basic') {
      return new (class extends BasicProducerConsumerProxy {
        override get iAmStreaming() {
          return iAmStreaming;
        }
      })(consumer);
    }
    if (kind === 'shaped') {
      class Shaped extends ShapedConsumer {}
      Shaped.prototype.bufferSize = bufferSize;
      return new Shaped(consumer, bucket === 'huge' ? new Huge() : new Bucket());
    }
    class Proxy extends ProducerConsumerProxy {
      override get iAmStreaming() {
        return iAmStreaming;
      }
      protected override writeSomeData(data: Buffer): number {
        return super.writeSomeData(takes === null ? data : data.subarray(0, takes));
      }
    }
    Proxy.prototype.bufferSize = bufferSize;
    return new Proxy(consumer);
  }

  private state(): string {
    const it = this.proxy as BasicProducerConsumerProxy;
    const inside = it as unknown as Inside;
    const flags: [string, unknown][] = [
      ['P', it.paused],
      ['O', it.outstandingPull],
      ['W', inside.producerPaused],
      ['U', inside.unregistered],
      ['C', it.consumer !== null],
      ['S', it.producerIsStreaming],
    ];
    const letters = flags.flatMap(([letter, isSet]) => (isSet ? [letter] : [])).join('');
    const number = (it.producer as Producer | null)?.number ?? '';
    return `[${letters}${number}] ${inside.buffer.map(String).join('|')}`;
  }

  /** Does what the scenario wants done from inside `callback`. */
  react(callback: Callback): void {
    const { does = [], throws = false } = this.reactions.get(callback)?.shift() ?? {};
    for (const operation of does) this.perform(operation);
    if (!throws) return;
    this.exceptionsMade += 1;
    throw new Scripted(`Scripted ${this.exceptionsMade}`);
  }

  private perform(operation: Operation): void {
    const [name, ...args] = operation;
    if (name === 'try') {
      try {
        this.perform(operation[1]);
      } catch (error) {
        this.trace.push(`caught ${nameOf(error)}`);
      }
    } else {
      const data = this.data(operation);
      this.trace.push([`> ${name}`, ...(data === null ? args : [String(data)])].join(' '));
      this.call(operation, data);
      this.trace.push(`< ${name}`);
    }
  }

  /** Bytes that tell where they belong. */
  private data(operation: Operation): Buffer | null {
    if (operation[0] !== 'write') return null;
    const start = this.bytesMade;
    this.bytesMade += operation[1];
    return Buffer.from(Array.from({ length: operation[1] }, (_, i) => 97 + ((start + i) % 26)));
  }

  private call(operation: Operation, data: Buffer | null): void {
    const proxy = this.proxy as BasicProducerConsumerProxy;
    if (operation[0] === 'write') proxy.write(data as Buffer);
    else if (operation[0] === 'registerProducer') {
      proxy.registerProducer(this.producers[operation[1]] as Producer, operation[2]);
    } else if (operation[0] !== 'try') proxy[operation[0]]();
  }
}

/** The same word as in the oracle. */
function nameOf(error: unknown): string {
  if (error instanceof Scripted) return error.message;
  if (error instanceof ProducerAlreadyRegisteredError) return 'ProducerAlreadyRegisteredError';
  throw error;
}

/** Never in the way, and not for want of looking. */
class Huge extends Bucket {
  override maxburst = 1e9;
  override rate = 1;
}

class Consumer implements IFinishableConsumer {
  constructor(private readonly player: Player) {}

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    this.player.proxy = producer as BasicProducerConsumerProxy; // Its constructor may not be done.
    this.player.trace.push(`consumer.registerProducer ${streaming}`);
    this.player.react('registerProducer');
  }
  unregisterProducer(): void {
    this.called('unregisterProducer');
  }
  write(data: Uint8Array): void {
    this.player.trace.push(`consumer.write ${String(data)}`);
    this.player.react('write');
  }
  finish(): void {
    this.called('finish');
  }

  private called(method: Callback): void {
    this.player.trace.push(`consumer.${method}`);
    this.player.react(method);
  }
}

class Producer implements IPushProducer {
  constructor(
    private readonly player: Player,
    readonly number: number,
  ) {}

  pauseProducing(): void {
    this.called('pauseProducing');
  }
  resumeProducing(): void {
    this.called('resumeProducing');
  }
  stopProducing(): void {
    this.called('stopProducing');
  }

  private called(method: Callback): void {
    this.player.trace.push(`producer ${this.number} ${method}`);
    this.player.react(method);
  }
}
