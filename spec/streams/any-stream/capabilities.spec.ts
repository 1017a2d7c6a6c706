import { once } from 'node:events';
import net from 'node:net';
import { PassThrough, Writable } from 'node:stream';

import { expect } from 'chai';
import * as streamx from 'streamx';

import {
  assertDuplex,
  assertHighWaterMark,
  assertWritable,
  isBeingDestroyed,
  isDestroyed,
  isSocket,
  isUnreadSocket,
  sendsTogether,
} from '../../../lib/streams/any-stream/index.js';
import { duplexKinds } from '../../support/duplex-kinds.js';

const invalid = { name: 'InvalidArgTypeError', code: 'ERR_INVALID_ARG_TYPE' };

/** The error that `act` throws. */
function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe('What can be written to, and read from', () => {
  const asserts: [string, (stream: unknown) => void, string[]][] = [
    ['writable', assertWritable, ['write', 'end', 'on', 'removeListener']],
    ['duplex', assertDuplex, ['write', 'end', 'on', 'removeListener', 'pause', 'resume']],
  ];
  for (const [name, assert, members] of asserts) {
    it(`is a ${name} stream of any library`, () => {
      for (const make of Object.values(duplexKinds)) assert(make());
    });

    it(`is a ${name} stream with the methods of the oldest, and nothing that lacks one of them`, () => {
      const whole = Object.fromEntries(members.map((member) => [member, () => {}]));
      assert(whole);
      for (const member of members) {
        for (const value of [undefined, true]) {
          const part = { ...whole, [member]: value };
          const thrown = thrownBy(() => assert(part));
          expect(thrown, member).to.include(invalid);
          expect((thrown as Error).message).to.include(`"${name}"`);
        }
      }
    });

    it(`is no ${name} stream if it is no object`, () => {
      for (const value of [undefined, null, 7, 'text', () => {}]) {
        expect(thrownBy(() => assert(value))).to.include(invalid);
      }
    });
  }
});

describe('A stream that was destroyed', () => {
  it('says so at once, or is about to be, of streamx', async () => {
    const others = ['streamx', 'readable-stream 1'];
    for (const name of Object.keys(duplexKinds).filter((each) => !others.includes(each))) {
      const stream = duplexKinds[name]!();
      expect(isDestroyed(stream), name).to.equal(false);
      stream.destroy();
      expect([isDestroyed(stream), isBeingDestroyed(stream)], name).to.deep.equal([true, false]);
    }
    const stream = new streamx.PassThrough() as unknown as PassThrough;
    expect([isDestroyed(stream), isBeingDestroyed(stream)]).to.deep.equal([false, false]);
    stream.destroy();
    expect(stream.destroyed).to.equal(false);
    expect([isDestroyed(stream), isBeingDestroyed(stream)]).to.deep.equal([true, true]);
    await once(stream, 'close');
    expect([isDestroyed(stream), isBeingDestroyed(stream)]).to.deep.equal([true, false]);
  });

  it('cannot tell, of readable-stream 1', () => {
    expect(isDestroyed(duplexKinds['readable-stream 1']!())).to.equal(false);
  });
});

describe('A socket', () => {
  it('is what has a remote address, also before it knows it', () => {
    expect(isSocket(new net.Socket())).to.equal(true);
    expect(isSocket(new PassThrough())).to.equal(false);
  });

  it('has input that is not read, as long as no code has resumed or paused it', () => {
    const socket = new net.Socket();
    expect(isUnreadSocket(socket)).to.equal(true);
    expect(isUnreadSocket(socket.pause())).to.equal(false);
    expect(isUnreadSocket(socket.resume())).to.equal(false);
    expect(isUnreadSocket(new PassThrough())).to.equal(false);
    socket.destroy();
  });
});

describe('Chunks that are written together', () => {
  it('leave together where the stream can be corked, and has a way to write several', () => {
    const writev = (_chunks: unknown, done: () => void) => done();
    expect(sendsTogether(new Writable({ writev }))).to.equal(true);
    expect(sendsTogether(new net.Socket())).to.equal(true);
    expect(sendsTogether(new Writable())).to.equal(false);
    for (const missing of ['cork', 'uncork', '_writev']) {
      const stream = Object.assign(new Writable({ writev }), { [missing]: undefined });
      expect(sendsTogether(stream), missing).to.equal(false);
    }
  });
});

describe('A highWaterMark', () => {
  it('is a whole number of at least 0, or left out', () => {
    for (const good of [undefined, 0, 1, 2 ** 40]) assertHighWaterMark(good, 'mark');
    for (const bad of [null, '1', true, {}]) {
      expect(thrownBy(() => assertHighWaterMark(bad, 'mark'))).to.include(invalid);
    }
    for (const bad of [-1, 1.5, NaN, Infinity]) {
      expect(thrownBy(() => assertHighWaterMark(bad, 'mark'))).to.have.property(
        'code',
        'ERR_OUT_OF_RANGE',
      );
    }
  });
});
