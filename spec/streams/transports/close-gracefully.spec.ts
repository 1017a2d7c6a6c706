/** How long a connection that we closed is still read, for the other end to hang up as well. */
import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { ConnectionDone, DuplexTransport, Protocol } from '../../../lib/index.js';
import type { AnyDuplex } from '../../../lib/streams/any-stream/index.js';
import { closeGracefully } from '../../../lib/streams/transports/close-gracefully.js';
import { tcpPair } from '../../support/sockets.js';

/** The end of a connection: what is written leaves at once, or piece by piece, as the spec says. */
class End extends Duplex {
  private blocked: (() => void)[] = [];
  constructor(private isBlocked = false) {
    super({ autoDestroy: true, allowHalfOpen: true });
  }
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    if (this.isBlocked) this.blocked.push(done);
    else done();
  }
  /** The piece that is on its way has left. */
  letOneGo(): void {
    this.blocked.shift()?.();
  }
}

describe('A connection that was closed', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => clock.restore());

  async function pass(milliseconds: number): Promise<void> {
    clock.tick(milliseconds);
    await turn();
  }

  async function closed(): Promise<End> {
    const end = new End();
    const transport = new DuplexTransport(end, { protocol: new Protocol() });
    transport.write(Buffer.from('last words'));
    transport.loseConnection();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    return end;
  }

  it('is let go of when the other end hangs up', async () => {
    const end = await closed();
    await pass(900);
    expect(end.destroyed).to.equal(false);
    end.push(null);
    await turn();
    expect(end.destroyed).to.equal(true);
  });

  it('is let go of when nothing has come for a second', async () => {
    const end = await closed();
    for (let i = 0; i < 5; i++) {
      await pass(999);
      end.push('x');
      await turn();
    }
    expect(end.destroyed).to.equal(false);
    await pass(999);
    expect(end.destroyed).to.equal(false);
    await pass(1);
    expect(end.destroyed).to.equal(true);
  });

  it('is let go of without a protocol, too, where it is a socket that no code reads', async () => {
    const { server, client } = await tcpPair();
    const transport = new DuplexTransport(server);
    transport.loseConnection();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    await pass(999);
    expect(server.destroyed).to.equal(false);
    await pass(1);
    expect(server.destroyed).to.equal(true);
    client.destroy();
  });

  it('is let go of after 30 seconds, although data still comes', async () => {
    const end = await closed();
    for (let i = 0; i < 59; i++) {
      await pass(500);
      end.push('x');
      await turn();
    }
    expect(end.destroyed).to.equal(false);
    await pass(500);
    expect(end.destroyed).to.equal(true);
  });

  /** The state of a stream that is closed by hand: it does nothing by itself. */
  class Half extends EventEmitter {
    readableEnded = false;
    writableEnded = true;
    writableLength = 10;
    destroyed = false;
    _handle: { writeQueueSize: number } | null = null;
    destructions = 0;
    resumptions = 0;
    destroy(): void {
      this.destructions += 1;
      this.destroyed = true;
    }
    resume(): void {
      this.resumptions += 1;
    }
    get listening(): number {
      return this.eventNames().reduce((sum, name) => sum + this.listenerCount(name), 0);
    }
  }
  const closing = (isDelivered: boolean, state: object = {}): Half => {
    const half = Object.assign(new Half(), state);
    closeGracefully(half as unknown as AnyDuplex, isDelivered);
    return half;
  };
  /** It is destroyed `times`, and nothing is left of what waited for that. */
  const expectOver = (half: Half, times = 1) => {
    expect(half.destructions).to.equal(times);
    expect(half.listening).to.equal(0);
    expect(clock.countTimers()).to.equal(0);
  };

  it('is left alone if it is destroyed already', () => {
    expectOver(closing(true, { destroyed: true }), 0);
  });

  it('is let go of at once if both halves are done', () => {
    expectOver(closing(true, { readableEnded: true }));
    expectOver(closing(true, { readableEnded: true, destroy: undefined }), 0);
  });

  it('is read from then on, until the other end hangs up', () => {
    const half = closing(true);
    expect(half.resumptions).to.equal(1);
    half.emit('end');
    expectOver(half);
  });

  it('waits 1 second for input once all its bytes have left, and not before', () => {
    const half = closing(false);
    half.emit('data');
    clock.tick(5000);
    half.emit('finish');
    clock.tick(999);
    half.emit('data');
    clock.tick(999);
    expect(half.destructions).to.equal(0);
    clock.tick(1);
    expectOver(half);
  });

  it('is let go of when all its bytes have left, if the other end has hung up before', () => {
    const earlier = closing(false);
    earlier.emit('end');
    expect(earlier.destructions).to.equal(0);
    earlier.emit('finish');
    expectOver(earlier);
    const before = closing(false, { readableEnded: true });
    expect([before.resumptions, before.listenerCount('data')]).to.deep.equal([0, 0]);
    before.emit('finish');
    expectOver(before);
  });

  it('is left to itself if it cannot be destroyed', () => {
    const half = closing(true, { destroy: undefined });
    half.emit('end');
    expectOver(half, 0);
  });

  it('is not destroyed again if other code destroys it', () => {
    const half = closing(false);
    half.destroy();
    half.emit('close');
    expectOver(half);
  });

  it('has another 30 seconds once all its bytes have left', () => {
    const half = closing(false);
    clock.tick(29_000);
    half.emit('finish');
    for (let second = 0; second < 29; second += 1) {
      half.emit('data');
      clock.tick(900);
      half.emit('data');
    }
    expect(half.destructions).to.equal(0);
    clock.tick(1000);
    expectOver(half);
    // One that goes on for ever is let go of all the same.
    const talking = closing(false);
    clock.tick(29_000);
    talking.emit('finish');
    for (let count = 0; count < 60; count += 1) {
      talking.emit('data');
      clock.tick(500);
    }
    expectOver(talking);
  });

  it('is given 30 seconds more as long as bytes leave the stream or its handle', () => {
    const half = closing(false, { _handle: { writeQueueSize: 10 } });
    clock.tick(30_000);
    expect(half.destructions).to.equal(1); // Nothing has left.
    const sending = closing(false, { _handle: { writeQueueSize: 10 } });
    sending.writableLength = 6;
    sending._handle = { writeQueueSize: 6 };
    clock.tick(30_000);
    sending._handle = { writeQueueSize: 5 };
    clock.tick(30_000);
    expect(sending.destructions).to.equal(0);
    clock.tick(29_999);
    expect(sending.destructions).to.equal(0);
    clock.tick(1);
    expectOver(sending);
  });

  it('of a stream that cannot say when its bytes have left it counts as having sent them', () => {
    const methods = { resume() {}, destroy() {} };
    const old = Object.assign(new EventEmitter(), { readableEnded: false, ...methods });
    closeGracefully(old as unknown as AnyDuplex, false);
    clock.tick(1000);
    expect([old.eventNames(), clock.countTimers()]).to.deep.equal([[], 0]);
  });

  describe('by a hang-up, with much still to be sent', () => {
    async function hungUp(): Promise<End> {
      const end = new End(true);
      const transport = new DuplexTransport(end, { protocol: new Protocol() });
      for (let i = 0; i < 4; i++) {
        transport.write(Buffer.alloc(5000));
        await turn(); // A chunk each.
      }
      end.push(null);
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      return end;
    }

    it('sends all bytes, in any time, as long as some bytes leave', async () => {
      const end = await hungUp();
      for (let i = 0; i < 4; i++) {
        await pass(29_000);
        expect(end.destroyed).to.equal(false);
        end.letOneGo();
        await turn();
      }
      await turn();
      expect(end).to.include({ writableFinished: true, destroyed: true });
    });

    it('is let go of when nothing has left for 30 seconds', async () => {
      const end = await hungUp();
      await pass(29_999);
      expect(end.destroyed).to.equal(false);
      await pass(1);
      expect(end.destroyed).to.equal(true);
    });
  });
});
