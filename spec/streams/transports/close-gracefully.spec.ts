/** How long a connection that we closed is still read, for the other end to hang up as well. */
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { ConnectionDone, DuplexTransport, Protocol } from '../../../lib/index.js';

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

  it('is let go of after 30 seconds, whatever comes', async () => {
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

    it('sends all of it, however long that takes, as long as some of it leaves', async () => {
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
