import sinon from 'sinon';

import { loopback } from '../../lib/testing/loopback.js';
import { Protocol } from '../../lib/twisted/core/protocol.js';

/** A protocol that notes what happens to it in a log that it may share. */
export class Noting extends Protocol {
  reason: Error | undefined;
  readonly received: Buffer[] = [];

  constructor(
    readonly log: unknown[] = [],
    readonly label = 'it',
  ) {
    super();
  }

  override connectionMade(): void {
    this.log.push([this.label, 'made']);
  }

  override dataReceived(data: Buffer): void {
    this.received.push(data);
    this.log.push([this.label, data.toString()]);
  }

  override connectionLost(reason: Error): void {
    this.reason = reason;
    this.log.push([this.label, reason.name]);
  }

  get text(): string {
    return Buffer.concat(this.received).toString();
  }

  say(...pieces: string[]): void {
    for (const piece of pieces) this.transport.write(Buffer.from(piece));
  }
}

export function setUp() {
  const log: unknown[] = [];
  const [server, client] = [new Noting(log, 'server'), new Noting(log, 'client')];
  return { log, server, client, connect: () => loopback(server, client) };
}

export const fakeProducer = () => ({
  pauseProducing: sinon.spy(),
  resumeProducing: sinon.spy(),
  stopProducing: sinon.spy(),
});
