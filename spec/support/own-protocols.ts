import sinon from 'sinon';

import { Protocol, type IPushProducer } from '../../lib/index.js';

/** Registers itself, writes, and closes when it is told to. */
export class Own extends Protocol implements IPushProducer {
  readonly told: string[] = [];
  /** Written from inside `resumeProducing`, then in the same turn of the event loop. */
  answers: Buffer[] = [];

  constructor(readonly data: Buffer) {
    super();
  }
  override connectionMade(): void {
    this.transport.registerProducer(this, true);
    this.transport.write(this.data);
  }
  override connectionLost(reason: Error): void {
    this.told.push(reason.name);
  }
  pauseProducing(): void {
    this.told.push('pause');
  }
  resumeProducing(): void {
    this.told.push('resume');
    const [now, later] = this.answers.splice(0);
    if (now !== undefined) this.transport.write(now);
    if (later !== undefined) void Promise.resolve().then(() => this.transport.write(later));
  }
  stopProducing(): void {
    this.told.push('stop');
  }
}

/** One side of a port forwarder. */
export class Side extends Protocol implements IPushProducer {
  other!: Side;
  reason: Error | undefined;

  override dataReceived(data: Buffer): void {
    this.other.transport.write(data);
  }
  pauseProducing(): void {
    this.transport.pauseProducing();
  }
  resumeProducing(): void {
    this.transport.resumeProducing();
  }
  stopProducing(): void {
    this.transport.loseConnection();
  }
  override connectionLost(reason: Error): void {
    this.reason = reason;
    this.other.transport.loseConnection();
  }
}

/** A push producer that never does anything by itself. */
export const idle = () => ({
  pauseProducing: () => {},
  resumeProducing: () => {},
  stopProducing: sinon.fake(),
});
