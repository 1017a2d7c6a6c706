/**
 * `ProtocolToConsumerAdapter`, `LoopbackRelay`, `_LoopbackTransport`: a protocol fed by a producer,
 * and two protocols joined in memory, with flow control in both directions.
 */
import { createReadStream } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionDone,
  DuplexTransport,
  FileSender,
  Protocol,
  ProtocolToConsumerAdapter,
  ReadableProducer,
} from '../../lib/index.js';
import { loopback } from '../../lib/testing/index.js';
import { memoryPair } from '../support/memory-pair.js';
import { numbered, PushProducer } from '../support/producers.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const contents = numbered(300_001);

/** Remembers what it received and how it ended, and takes each piece a turn after the last. */
class SlowReader extends Protocol {
  readonly pieces: Buffer[] = [];
  reason: Error | undefined;

  get received(): Buffer {
    return Buffer.concat(this.pieces);
  }

  override dataReceived(data: Buffer): void {
    this.pieces.push(data);
    this.transport.pauseProducing();
    setImmediate(() => this.transport.resumeProducing());
  }

  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

/** Reads slowly while it pushes `contents`. */
class PushingEnd extends SlowReader {
  producer!: PushProducer;

  get hasSent(): boolean {
    return this.producer.done;
  }
  override connectionMade(): void {
    this.producer = new PushProducer(this.transport, contents, 1000).start();
  }
}

/** Reads slowly while it sends a file. */
class PullingEnd extends SlowReader {
  hasSent = false;

  constructor(private readonly path: string) {
    super();
  }

  override connectionMade(): void {
    const sent = new FileSender().beginFileTransfer(this.path, this.transport);
    void sent.then(() => (this.hasSent = true));
  }
}

describe('Protocols in memory', () => {
  const folder = temporaryFolder();
  let path: string;
  before(() => (path = folder.write('contents', contents)));

  it('are fed by a producer through ProtocolToConsumerAdapter', async () => {
    const protocol = new SlowReader();
    protocol.dataReceived = (data) => protocol.pieces.push(data);
    const producer = new ReadableProducer(createReadStream(path));
    await producer.startProducing(new ProtocolToConsumerAdapter(protocol));
    expect(protocol.received.equals(contents)).to.equal(true);
  });

  it('are fed by each other: loopback, a file in one direction, pushed numbers in the other', async () => {
    const [pulling, pushing] = [new PullingEnd(path), new PushingEnd()];
    const over = loopback(pulling, pushing);
    await close(pulling, pushing);
    await over;
    expectFlow(pulling, pushing);
  });

  it('talk over two streams joined in memory as over a loopback', async () => {
    const [pulling, pushing] = [new PullingEnd(path), new PushingEnd()];
    const [near, far] = memoryPair({ highWaterMark: 4096 });
    const transports = [
      new DuplexTransport(near, { protocol: pulling }),
      new DuplexTransport(far, { protocol: pushing }),
    ];
    await close(pulling, pushing);
    await Promise.all(transports.map(({ closed }) => closed));
    expectFlow(pulling, pushing);
  });

  /** Closes when both have all: who closes on what it received may cut off what the other awaits. */
  async function close(...ends: [PullingEnd, PushingEnd]): Promise<void> {
    while (!ends.every((end) => end.hasSent && end.received.length === contents.length)) {
      await turn();
    }
    ends[0].transport.loseConnection();
  }

  function expectFlow(pulling: PullingEnd, pushing: PushingEnd): void {
    expect(pushing.received.equals(contents)).to.equal(true);
    expect(pulling.received.equals(contents)).to.equal(true);
    const { log } = pushing.producer;
    expect(log).to.include('pause').and.not.include('stop');
    expect(log.filter((told) => told === 'resume')).to.have.length(log.length / 2);
    for (const { reason } of [pulling, pushing]) expect(reason).to.be.instanceOf(ConnectionDone);
  }
});
