/** The protocol of the sending end. */
import type { Hash } from 'node:crypto';
import type { Socket } from 'node:net';

import { FileSender, Protocol, type DuplexTransport } from 'twisted-streams';

import { RandomIntegers } from '../random-integers.js';
import { Backlog, FlowMeter } from './flow-meter.js';

/** The data to send. */
export interface Load {
  /** A file. */
  readonly path: string;
  /** How many random integers after it. */
  readonly count: number;
}

/** Sends a file, which is pulled, then random integers, which are pushed, and closes. */
export class FileThenIntegers extends Protocol<DuplexTransport> {
  readonly backlog: Backlog;
  /** Resolves with the reason that `connectionLost` was given. */
  readonly lost: Promise<Error>;
  /** The error of the file, if it failed. */
  failure: Error | undefined;

  // All three are there from `connectionMade` on.
  pulled!: FlowMeter;
  pushed!: FlowMeter;
  integers!: RandomIntegers;

  private tellLost!: (reason: Error) => void;

  /** @param pushedBytes - Takes what the integers come to. */
  constructor(
    private readonly load: Load,
    socket: Socket,
    private readonly pushedBytes: Hash,
  ) {
    super();
    this.backlog = new Backlog(socket);
    this.lost = new Promise((resolve) => (this.tellLost = resolve));
  }

  override connectionMade(): void {
    const { transport, backlog, load } = this;
    this.pulled = new FlowMeter(transport, backlog);
    this.pushed = new FlowMeter(transport, backlog, (data) => this.pushedBytes.update(data));
    this.integers = new RandomIntegers(this.pushed, load.count);
    void this.sendFile().then(
      () => this.sendIntegers(),
      (error: Error) => {
        this.failure = error;
        transport.abortConnection();
      },
    );
  }

  private sendFile(): Promise<Buffer> {
    return new FileSender().beginFileTransfer(this.load.path, this.pulled);
  }

  private sendIntegers(): void {
    this.pushed.registerProducer(this.integers, true);
    // Before the first of them: the close waits until the producer has unregistered.
    this.transport.loseConnection();
    this.integers.resumeProducing();
  }

  /** Bytes that both producers have written. */
  get written(): number {
    return this.pulled.bytes + this.pushed.bytes;
  }

  override connectionLost(reason: Error): void {
    this.tellLost(reason);
  }
}
