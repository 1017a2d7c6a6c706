/** How a reactor takes the events of a stream, and which of them end the connection. */
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { fails, failure } from '../../support/failure.js';
import { loggedEvents } from '../../support/logged.js';
import { driven, inputOf } from '../../support/stream-reactor.js';
import { FakeStream, one } from '../../support/stream-writer.js';
import { nextTick } from '../../support/turns.js';

/** A stream of the oldest kind. */
class Oldest extends EventEmitter {
  readable?: boolean;
  writable?: boolean;
  write(): boolean {
    return true;
  }
  end(): void {}
}

describe('StreamReactor', () => {
  describe('the half that is read', () => {
    it('is told to start and to stop, if it is read, until the connection is over', () => {
      const { reactor } = driven();
      reactor.addReader();
      reactor.removeReader();
      const { input, told } = inputOf('open');
      reactor.input = input;
      reactor.addReader();
      reactor.removeReader();
      reactor.detach();
      reactor.addReader();
      reactor.removeReader();
      expect(told).to.deep.equal(['start', 'stop']);
    });

    it('says that the other end has hung up if it has ended since, or is read to its end', () => {
      const open = driven({ readableEnded: false });
      expect(open.reactor.hasHungUp).to.equal(false);
      Object.assign(open.stream, { readableEnded: true });
      expect(open.reactor.hasHungUp).to.equal(true);
      const before = driven({ readableEnded: true });
      expect(before.reactor.hasHungUp).to.equal(false);
      before.reactor.input = inputOf('ended').input;
      expect(before.reactor.hasHungUp).to.equal(true);
    });

    for (const [what, isSocket, before, after, reason] of [
      ['of a socket, and ended', true, false, true, 'ConnectionDone'],
      ['of a socket, and did not end', true, false, false, 'ConnectionLost'],
      ['of a socket, and had ended before', true, true, true, 'ConnectionLost'],
      ['of another stream, and ended', false, false, true, 'ConnectionLost'],
    ] as const) {
      it(`is ${what}: the close of the stream is ${reason}`, () => {
        const address = isSocket ? { remoteAddress: '127.0.0.1' } : {};
        const { stream, told } = driven({ ...address, readableEnded: before });
        Object.assign(stream, { readableEnded: after });
        stream.emit('close');
        expect(told).to.deep.equal([reason]);
      });
    }
  });

  describe('the half that is written', () => {
    it('had ended before: the descriptor is told a tick later, unless its connection is over', async () => {
      const ended = { writableEnded: true };
      const { reactor, told } = driven(ended);
      const over = driven(ended);
      expect(told).to.deep.equal([]);
      over.reactor.detach();
      await nextTick();
      expect(told).to.deep.equal(['write half lost']);
      expect(over.told).to.deep.equal([]);
      expect([driven().reactor.mayDestroy, reactor.mayDestroy]).to.deep.equal([true, false]);
      reactor.input = inputOf('open').input;
      expect(reactor.mayDestroy).to.equal(true);
    });

    /** A reactor that read its stream to the end, after a write that the stream still has. */
    const holding = (answer = true) => {
      const { reactor, stream, descriptor } = driven({ writableLength: 3, onWrite: () => answer });
      reactor.send([one], false);
      reactor.input = inputOf('ended').input;
      return { reactor, stream, descriptor };
    };
    const reasonOf = ({ stream, descriptor }: ReturnType<typeof holding>) => {
      stream.emit('close');
      return descriptor.reason?.name;
    };

    it('holds bytes, or none any more, which decides what the close of the stream means', () => {
      expect(reasonOf(holding())).to.equal('ConnectionLost');

      const drained = holding(false);
      drained.stream.emit('drain');
      expect(reasonOf(drained), 'the stream said drain').to.equal('ConnectionDone');

      const stray = holding();
      stray.stream.emit('drain');
      expect(reasonOf(stray), 'it said drain, but was not full').to.equal('ConnectionLost');

      const ended = holding();
      ended.stream.writableLength = 0;
      ended.reactor.readHalfEnded();
      expect(reasonOf(ended), 'it had nothing left at its end').to.equal('ConnectionDone');

      const early = holding();
      early.reactor.readHalfEnded();
      expect(reasonOf(early), 'it had something left at its end').to.equal('ConnectionLost');
    });

    it('has sent all that it held when the stream says finish, although other code ended it', () => {
      const { stream, descriptor } = holding();
      stream.emit('finish');
      expect(descriptor.reason?.name).to.equal('ConnectionDone');
    });

    it('stays full if another listener of drain has filled it again', () => {
      const { reactor, stream } = holding(false);
      stream.writableNeedDrain = true;
      stream.emit('drain');
      expect(reactor.isBlocked).to.equal(true);
      stream.writableNeedDrain = false;
      stream.emit('drain');
      expect(reactor.isBlocked).to.equal(false);
    });

    it('is lost if the stream is destroyed without a word while it is full', async () => {
      const { reactor, stream, descriptor } = holding(false);
      stream.destroyed = true;
      reactor.addWriter();
      await turn();
      expect(descriptor.reason?.name).to.equal('ConnectionLost');
    });
  });

  describe('a stream that we ended', () => {
    /** As `driven`, with the end under way. */
    const ending = <Stream extends object = FakeStream>(state: object = {}, stream?: Stream) => {
      const all = driven<Stream>(state, stream);
      all.reactor.end(() => void all.told.push('finished'));
      return all;
    };

    it('is lost, and has not finished, if it was reset, although it says finish or close', () => {
      for (const event of ['finish', 'close']) {
        const { reactor, stream, told } = ending({ rstCode: 0 });
        reactor.input = inputOf('ended').input;
        stream.rstCode = 8;
        stream.emit(event);
        expect(told, event).to.deep.equal(['ConnectionLost']);
      }
    });

    it('is lost, and has not finished, if it closes instead of saying finish', () => {
      const { stream, told } = ending();
      stream.emit('close');
      expect(told).to.deep.equal(['ConnectionLost']);
    });

    it('has finished when one of the oldest says end, if that is of the half that we ended', () => {
      const writeOnly = ending({ writable: true }, new Oldest());
      writeOnly.stream.emit('end');
      expect(writeOnly.told).to.deep.equal(['finished']);
      const both = ending({ readable: true, writable: true }, new Oldest());
      both.stream.emit('end');
      expect(both.told, 'the other half').to.deep.equal([]);
      both.stream.writable = false;
      both.stream.emit('end');
      expect(both.told).to.deep.equal(['finished']);
    });

    it('has finished when one of the oldest says end from inside its end, whatever else it says', () => {
      class Parser extends Oldest {
        override readable = true;
        override writable = true;
        override end(): void {
          this.emit('end');
        }
      }
      expect(ending({}, new Parser()).told).to.deep.equal(['finished']);
    });
  });

  describe('a stream that we ended, and that closes without a word,', () => {
    const closed = (state: object, stream: object) => {
      const { reactor, told } = driven(state, stream);
      reactor.send([one], false);
      reactor.end(() => void told.push('finished'));
      (stream as EventEmitter).emit('close');
      return told;
    };

    it('has finished if it is one of the oldest, which can only be written to', () => {
      expect(closed({}, new Oldest())).to.deep.equal(['finished', 'ConnectionDone']);
      expect(closed({ readable: true }, new Oldest())).to.deep.equal(['ConnectionLost']);
    });

    it('is lost if it tells that it was destroyed, as one of sonic-boom does', async () => {
      class Logger extends Oldest {
        destroyed = false;
      }
      const { reactor, stream, told } = driven({}, new Logger());
      reactor.end(() => void told.push('finished'));
      stream.destroyed = true;
      stream.emit('close');
      await turn(); // Its error, which would tell why, may yet come.
      expect(told).to.deep.equal(['ConnectionLost']);
    });

    it('has finished if it is of HTTP/2 and has nothing left', () => {
      const ended = { rstCode: 0, writableLength: 0 };
      expect(closed(ended, new FakeStream())).to.deep.equal(['finished', 'ConnectionDone']);
    });

    it('is lost if it is of HTTP/2 and has bytes left, although its end has a frame of its own', () => {
      const { reactor, stream, told } = driven({ rstCode: 0, writableLength: 3 });
      reactor.send([one], false);
      reactor.end(() => void told.push('finished'));
      stream.callbacks.forEach((callback) => callback());
      expect(stream.writableEnded).to.equal(true);
      stream.emit('close');
      expect(told).to.deep.equal(['ConnectionLost']);
    });
  });

  it('tells of an abort alone once it is dropped, whatever the stream says', () => {
    const { reactor, stream, told } = driven();
    reactor.drop();
    stream.emit('error', failure);
    stream.emit('close');
    expect(told).to.deep.equal([]);
    reactor.settle('abort');
    expect(told).to.deep.equal(['ConnectionAborted']);
  });

  it('waits a turn for the error of a destroyed stream, unless it was aborted or has had the time', async () => {
    for (const [event, isAtOnce] of [
      ['abort', true],
      ['refused', true],
      ['close', false],
    ] as const) {
      const { reactor, told } = driven({ destroyed: true }, new Oldest());
      reactor.settle(event);
      expect(told, event).to.have.length(isAtOnce ? 1 : 0);
      await turn();
      expect(told, event).to.have.length(1);
    }
  });

  it('takes no end of one of the oldest streams for its own that was not asked for', () => {
    const { stream, told } = driven({ writable: true }, new Oldest());
    stream.emit('end');
    expect(told).to.deep.equal([]);
  });

  it('is not told by the close of one of the oldest streams that it has sent all', () => {
    const { reactor, stream, told } = driven({}, new Oldest());
    reactor.send([one], false);
    reactor.input = inputOf('ended').input;
    stream.emit('close');
    expect(told).to.deep.equal(['ConnectionLost']);
  });

  it('is lost when a stream that was reset closes, although nothing else tells', () => {
    const { reactor, stream, told } = driven({ rstCode: 8 });
    reactor.input = inputOf('ended').input;
    stream.emit('close');
    expect(told).to.deep.equal(['ConnectionLost']);
  });

  it('gives as the cause of a close the error that the stream keeps', () => {
    const { stream, descriptor } = driven({ errored: failure });
    stream.emit('close');
    expect(descriptor.reason).to.have.property('cause', failure);
  });

  it('loses a connection once, and nothing once it has let go of the stream', () => {
    const { reactor, told } = driven();
    reactor.detach();
    reactor.lose(failure);
    expect(told).to.deep.equal([]);
  });

  it('lets go of a stream once: it does not take it from the next', () => {
    const { reactor, stream, told } = driven();
    reactor.detach();
    const next = driven({}, stream);
    reactor.detach();
    stream.emit('close');
    expect(next.told).to.deep.equal(['ConnectionLost']);
    expect(told).to.deep.equal([]);
  });

  describe('moved to another stream', () => {
    it('is told of the second alone', () => {
      const { reactor, stream, told } = driven();
      const next = new FakeStream();
      reactor.leave();
      stream.emit('close');
      reactor.move(next);
      stream.emit('close');
      expect(told).to.deep.equal([]);
      next.emit('close');
      expect(told).to.deep.equal(['ConnectionLost']);
    });

    it('is free to write, and does if that was wanted before', async () => {
      const moved = (isWanted: boolean) => {
        const all = driven({ onWrite: () => false });
        all.reactor.send([one], false);
        all.reactor.beginMoving();
        if (isWanted) all.reactor.addWriter();
        all.reactor.move(new FakeStream());
        expect(all.reactor.isFree).to.equal(true);
        return all;
      };
      const [wanted, other] = [moved(true), moved(false)];
      await nextTick();
      expect(wanted.told).to.deep.equal(['write']);
      expect(other.told).to.deep.equal([]);
    });
  });

  describe('a callback that throws', () => {
    const logged = loggedEvents();

    it('is logged also while the connection is lost', () => {
      const { reactor, descriptor } = driven();
      descriptor.connectionLost = fails;
      reactor.lose(new Error('lost'));
      expect(logged.splice(0).map(({ error }) => error)).to.deep.equal([failure]);
    });

    it('is logged with the name of the protocol, or else of the descriptor', () => {
      class Echo {}
      for (const [protocol, name] of [
        [new Echo(), 'Echo'],
        [{}, 'Told'],
        [undefined, 'Told'],
      ] as const) {
        const { reactor, descriptor } = driven();
        Object.assign(descriptor, { protocol });
        reactor.call(fails);
        expect(descriptor.reason).to.equal(failure);
        const [event] = logged.splice(0);
        expect(event).to.have.property('error', failure);
        expect(event?.why.split(':')[0]).to.equal(name);
      }
    });
  });
});
