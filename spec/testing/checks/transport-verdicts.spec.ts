/** checkTransport and transports that are odd or wrong, and their other ends. */
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';

import { expect } from 'chai';

import { checkTransport } from '../../../lib/testing/index.js';
import { failure } from '../../support/failure.js';
import { expectMessage, patience } from './expect-broken.js';
import { ModelTransport } from './model-classes.js';

const check = (Transport: new () => ModelTransport) =>
  checkTransport(() => {
    const transport = new Transport();
    return { transport, peer: transport.peer };
  }, patience);

/** A transport that sends only while its other end is read, as a socket does once it is full. */
class UnreadTransport extends ModelTransport {
  override flush() {
    if (this.peer.isRead || this.disconnecting) super.flush();
    else this.schedule();
  }
}

describe('checkTransport', () => {
  it('takes a transport with a `transport` and a `peer` of its own for the transport', () =>
    checkTransport(() => Object.assign(new ModelTransport(), { transport: 'TCP' }), patience));

  it('passes a transport that never pauses its producer', () =>
    check(
      class extends ModelTransport {
        override pauseIfFull() {}
      },
    ));

  it('reads the other end, which would stay full otherwise', () => check(UnreadTransport));

  it('compares the bytes that came before an error of the other end', () =>
    checkTransport(() => {
      const transport = new ModelTransport();
      const peer = async function* () {
        yield* transport.peer;
        throw failure;
      };
      return { transport, peer: peer() };
    }, patience));

  it("listens to the other end's errors, if it emits any", async () => {
    const peers: EventEmitter[] = [];
    await checkTransport(() => {
      const transport = new ModelTransport();
      const peer = Object.assign(new EventEmitter(), {
        [Symbol.asyncIterator]: () => transport.peer[Symbol.asyncIterator](),
      });
      peers.push(peer);
      return { transport, peer };
    }, patience);
    for (const peer of peers) expect(() => peer.emit('error', failure)).not.to.throw();
    expect(peers).not.to.deep.equal([]);
  });

  it('aborts each transport that it has made, or closes it if that is not possible', async () => {
    const made: ModelTransport[] = [];
    const closed: ModelTransport[] = [];
    class Closing extends ModelTransport {
      override abortConnection = undefined as never;
      override loseConnection() {
        super.loseConnection();
        closed.push(this);
      }
    }
    for (const Transport of [ModelTransport, Closing]) {
      await checkTransport(() => {
        const transport = new Transport();
        made.push(transport);
        return transport;
      }, patience);
    }
    for (const each of made) expect(each.disconnected || closed.includes(each)).to.equal(true);
  });

  const said: [what: string, message: RegExp, Transport: new () => ModelTransport][] = [
    [
      'changes a byte',
      /written before it: the other end received 1048576 bytes, which are other ones from byte 16389 on$/,
      class extends ModelTransport {
        override keep(data: Uint8Array) {
          const copy = Buffer.from(data);
          if (copy.length > 10_000) copy[5] = 0;
          super.keep(copy);
        }
      },
    ],
    [
      'writes more than it was given',
      /in order: the other end received 5001 bytes, which are too many from byte 5000 on$/,
      class extends ModelTransport {
        override writeSequence(data: Iterable<Uint8Array>) {
          super.writeSequence([...data, Buffer.from('x')]);
        }
      },
    ],
    [
      'loses the end',
      /in order: the other end received 4000 bytes, not 5000$/,
      class extends ModelTransport {
        override writeSequence(data: Iterable<Uint8Array>) {
          super.writeSequence([...data].slice(0, 4));
        }
      },
    ],
    [
      'never closes',
      /in order: the other end received 5000 bytes and no end within 200 ms$/,
      class extends ModelTransport {
        override mayClose() {
          return false;
        }
      },
    ],
    [
      'gives a string for an address',
      /both ends: getPeer\(\) gave none$/,
      class extends ModelTransport {
        override getPeer() {
          return 'localhost' as never;
        }
      },
    ],
    [
      'stops a paused producer when it closes',
      /is paused, and resumes it: it stopped the producer$/,
      class extends ModelTransport {
        override loseConnection() {
          if (this.paused) this.producer?.stopProducing();
          super.loseConnection();
        }
      },
    ],
    [
      'asks a pull producer no more when it closes',
      /: it asked once where the producer had 6 answers, and not again within 200 ms$/,
      class extends ModelTransport {
        override emptied() {
          if (!this.disconnecting || this.streaming) super.emptied();
        }
      },
    ],
    [
      'refuses a close once it is lost',
      /^Writing to a lost transport does nothing: it threw Error: Oops$/,
      class extends ModelTransport {
        override loseConnection() {
          if (this.disconnected) throw failure;
          super.loseConnection();
        }
      },
    ],
  ];
  for (const [what, message, Transport] of said) {
    it(`says of a transport that ${what}: ${message.source}`, () =>
      expectMessage(check(Transport), message));
  }
});
