/** Data, and an end, that a stream gives although it was paused. */
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConnectionDone, DuplexTransport, Protocol } from '../../../lib/index.js';
import { turns } from '../../support/turns.js';
import { until } from '../../support/until.js';

/** A stream that takes `pause` for advice. */
class Stubborn extends EventEmitter {
  readonly asked: string[] = [];
  write(): boolean {
    return true;
  }
  end(): void {}
  pause(): void {
    this.asked.push('pause');
  }
  resume(): void {
    this.asked.push('resume');
  }
}

class Recorder extends Protocol {
  readonly told: string[] = [];
  override dataReceived(data: Buffer): void {
    this.told.push(String(data));
    this.after?.(String(data));
  }
  override connectionLost(reason: Error): void {
    this.told.push(reason.name);
  }
  after: ((data: string) => void) | undefined;
}

function paused(): { stream: Stubborn; protocol: Recorder; transport: DuplexTransport } {
  const stream = new Stubborn();
  const protocol = new Recorder();
  const transport = new DuplexTransport(stream, { protocol });
  transport.pauseProducing();
  return { stream, protocol, transport };
}

const give = (stream: Stubborn, text: string) => {
  for (const letter of text) stream.emit('data', Buffer.from(letter));
};

describe('Input that comes while a transport is paused', () => {
  it('is buffered in order: data, the end, the close', async () => {
    const { stream, protocol, transport } = paused();
    give(stream, 'abc');
    stream.emit('end');
    stream.emit('close');
    await turn();
    expect(protocol.told).to.deep.equal([]);
    transport.resumeProducing();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(protocol.told).to.deep.equal(['a', 'b', 'c', 'ConnectionDone']);
  });

  it('is delivered up to the chunk where the protocol pauses again, and the rest when it resumes', async () => {
    const { stream, protocol, transport } = paused();
    protocol.after = (data) => data === 'b' && transport.pauseProducing();
    give(stream, 'abcd');
    transport.resumeProducing();
    await turns();
    expect(protocol.told).to.deep.equal(['a', 'b']);
    give(stream, 'e');
    transport.resumeProducing();
    await until(() => protocol.told.length === 5);
    expect(protocol.told).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
  });

  it('is delivered before the input that comes meanwhile', async () => {
    const { stream, protocol, transport } = paused();
    protocol.after = (data) => data === 'a' && give(stream, 'xy');
    give(stream, 'abc');
    transport.resumeProducing();
    await until(() => protocol.told.length === 5);
    expect(protocol.told).to.deep.equal(['a', 'b', 'c', 'x', 'y']);
    give(stream, 'z');
    expect(protocol.told.at(-1), 'what comes now is given at once').to.equal('z');
  });

  it('is discarded by loseConnection', async () => {
    const { stream, protocol, transport } = paused();
    give(stream, 'abc');
    transport.loseConnection();
    transport.resumeProducing();
    await turn();
    give(stream, 'd');
    expect(protocol.told).to.deep.equal([]);
  });

  it('is delivered over many turns of the event loop, if there is much of it', async () => {
    const { stream, protocol, transport } = paused();
    const count = 100_000;
    for (let i = 0; i < count; i++) stream.emit('data', Buffer.from(String(i)));
    let made = 0;
    let isDone = false;
    const counting = (async () => {
      while (!isDone) {
        await turn();
        made += 1;
      }
    })();
    await new Promise<void>((resolve) => {
      protocol.after = () => protocol.told.length === count && resolve();
      transport.resumeProducing();
    });
    isDone = true;
    await counting;
    expect(made).to.be.above(5);
    expect(protocol.told.every((text, i) => text === String(i))).to.equal(true);
  });

  it('does not resume the stream before all of it was delivered', async () => {
    const { stream, transport, protocol } = paused();
    give(stream, 'ab');
    stream.asked.length = 0;
    protocol.after = () => expect(stream.asked).to.deep.equal([]);
    transport.resumeProducing();
    await until(() => stream.asked.length > 0);
    expect(stream.asked).to.deep.equal(['resume']);
    expect(protocol.told).to.deep.equal(['a', 'b']);
  });

  it('does not keep loseConnection from ending a connection that has closed already', async () => {
    const { stream, protocol, transport } = paused();
    give(stream, 'ab');
    stream.emit('end');
    stream.emit('close');
    await turn();
    expect(transport.connected, 'the protocol has yet to hear of the data').to.equal(true);
    transport.loseConnection();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(protocol.told).to.deep.equal(['ConnectionDone']);
  });
});

describe('A chunk without bytes', () => {
  it('is not given to the protocol, which would take it for data', () => {
    const stream = new Stubborn();
    const protocol = new Recorder();
    const transport = new DuplexTransport(stream, { protocol });
    for (const text of ['a', '', 'b']) stream.emit('data', Buffer.from(text));
    expect(protocol.told).to.deep.equal(['a', 'b']);
    expect(transport.connected).to.equal(true);
  });
});
