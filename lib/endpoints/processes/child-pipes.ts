/** Our ends of the pipes to a child. */
import type { ChildProcess } from 'node:child_process';
import type { Duplex, Writable } from 'node:stream';

import { ReadableProducer } from '../../streams/producers/index.js';
import { WritableConsumer } from '../../streams/transports/index.js';
import { type IConsumer, isOwnProtocol, logPrefixOf } from '../../twisted/core/index.js';
import { asBuffer } from '../../base/bytes.js';
import { log } from '../../base/log.js';
import { whenRejected } from '../../base/rejection.js';
import { nextTick } from '../../base/timers.js';

/** Most go both ways. On Bun, that to a child's standard input is a bare `Writable`. */
type InputPipe = Writable & Partial<Pick<Duplex, 'readable' | 'resume'>>;

/** A consumer that does not wait for its own protocol, which asked for the close itself. */
class ChildInput extends WritableConsumer {
  constructor(
    pipe: InputPipe,
    private readonly protocol: object,
  ) {
    super(pipe);
  }

  protected override waitFor(producer: object): boolean {
    return !isOwnProtocol(producer, this.protocol);
  }
}

/**
 * A descriptor of the child that we write to.
 *
 * @see Twisted: `twisted.internet.process.ProcessWriter`
 */
export class ChildWriter {
  readonly consumer: WritableConsumer;

  /**
   * @param protocol - The protocol that talks to the process.
   * @param onLost - Called once, when the descriptor is closed, at either end.
   */
  constructor(
    private readonly pipe: InputPipe,
    protocol: object,
    onLost: () => void,
  ) {
    this.consumer = new ChildInput(pipe, protocol);
    // Node's pipes go both ways, so the end of the input shows that the child has closed its end.
    // Nothing can be read from a child's standard input, so there only a write can show it.
    if (pipe.readable) pipe.resume?.();
    void this.consumer.closed.then(() => {
      pipe.destroy();
      onLost();
    });
  }

  /**
   * Finds out whether a process can still read the bytes that we write. If not, the descriptor is
   * lost.
   *
   * @returns whether that loss is certain: then `consumer.closed` settles without waiting for I/O.
   */
  probe(): boolean {
    const { pipe } = this;
    // An empty write fails like any other. If bytes are buffered, their write will show it.
    if (pipe.writable) pipe.write('');
    return pipe.errored !== null;
  }

  /** Closes the descriptor when everything is written. */
  close(): void {
    this.consumer.loseConnection();
  }
}

/**
 * A descriptor of the child that we read.
 *
 * @see Twisted: `twisted.internet.process.ProcessReader`
 */
export class ChildReader {
  private readonly closing = new AbortController();
  private readonly producer: ReadableProducer;
  private paused = false;

  constructor(
    private readonly pipe: Duplex,
    private readonly childFD: number,
    private readonly protocol: object,
  ) {
    this.producer = new ReadableProducer(pipe, { signal: this.closing.signal });
  }

  /**
   * Begins to read.
   *
   * @param onData - Called with the bytes that the child wrote. If it throws, the error is logged,
   *   and the descriptor is closed.
   * @param onLost - Called once, when the descriptor is closed, at either end.
   */
  async start(onData: (data: Buffer) => unknown, onLost: () => void): Promise<void> {
    const failed = (reason: unknown): void => {
      const { protocol, childFD } = this;
      log.err(
        reason,
        `${logPrefixOf(protocol)}: a callback threw; descriptor ${childFD} is closed`,
      );
      this.close();
    };
    const consumer: IConsumer = {
      registerProducer() {},
      unregisterProducer() {},
      write(data) {
        try {
          whenRejected(onData(asBuffer(data)), failed);
        } catch (thrown) {
          failed(thrown);
        }
      },
    };
    try {
      await this.producer.startProducing(consumer);
    } catch (thrown) {
      const { aborted } = this.closing.signal;
      if (!aborted) log.err(thrown, `Reading descriptor ${this.childFD} of a child failed`);
    }
    this.pipe.destroy(); // Because it could still be written to after its end.
    onLost();
  }

  /** Stops reading until it is resumed. */
  pause(): void {
    this.paused = true;
    this.producer.pauseProducing();
  }

  /** Reads on, from the next tick: `onData` is never called from inside this. */
  resume(): void {
    this.paused = false;
    nextTick(() => {
      if (!this.paused) this.producer.resumeProducing();
    });
  }

  /** Stops reading for good. */
  close(): void {
    this.closing.abort();
  }
}

/**
 * Takes the pipes away from `child`. When a process exits, Node destroys its standard input, with
 * bytes that another process, which has inherited it, has not read yet; and it lets the other pipes
 * flow, paused or not.
 *
 * Deno keeps the input that it destroys: there no write shows that nothing reads it any more.
 */
export function takePipes(child: ChildProcess): readonly (Duplex | null)[] {
  // There are none if there were no descriptors for them.
  const pipes = (child.stdio as (Duplex | null)[] | undefined)?.splice(0) ?? [];
  // Defined, because on Bun it cannot be assigned to.
  if (!('Deno' in globalThis)) Object.defineProperty(child, 'stdin', { value: null });
  return pipes;
}
