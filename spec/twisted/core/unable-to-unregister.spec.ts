import { expect } from 'chai';

import { handOver, letHandOver, standInFor } from '../../../lib/twisted/core/stand-in.js';
import {
  closedOf,
  isOwnProtocol,
  isUnableToUnregister,
} from '../../../lib/twisted/core/unable-to-unregister.js';

/** A transport that stands in for a real one. */
const transport = (changes: object = {}) => ({
  disconnected: false,
  disconnecting: false,
  producer: null as unknown,
  loseConnection: () => {},
  ...changes,
});

describe('a producer', () => {
  it('can’t unregister if it is a lost transport, or has one, behind any wrappers', () => {
    const lost = transport({ disconnected: true });
    const consumer = transport();
    const wrapper = { transport: lost, loseConnection: () => {} };
    for (const producer of [lost, { transport: lost }, { transport: wrapper }]) {
      expect(isUnableToUnregister(producer, consumer)).to.equal(true);
    }
    expect(isUnableToUnregister({ transport: transport() }, consumer)).to.equal(false);
  });

  it('can, if it is not a transport, also with properties that say the opposite', () => {
    expect(isUnableToUnregister({ disconnected: true }, transport())).to.equal(false);
    expect(isUnableToUnregister({ transport: { disconnected: true } }, transport())).to.equal(
      false,
    );
    expect(isUnableToUnregister({ transport: null }, transport())).to.equal(false);
  });

  it('can’t if its transport waits for us to unregister, by a close or a half close', () => {
    for (const closing of [{ disconnecting: true }, { writeDisconnecting: true }]) {
      const consumer = transport();
      const itsProtocol = { transport: { transport: consumer, loseConnection: () => {} } };
      const waiting = transport({ ...closing, producer: itsProtocol });
      expect(isUnableToUnregister({ transport: waiting }, consumer)).to.equal(true);
      expect(isUnableToUnregister({ transport: waiting }, transport())).to.equal(false);
    }
  });

  it('can’t in a circle of transports that wait, but can as long as one does not', () => {
    const [a, b, c] = [transport(), transport(), transport()];
    [a.producer, b.producer, c.producer] = [b, c, a];
    [a, b, c].forEach((each) => (each.disconnecting = true));
    expect(isUnableToUnregister(b, a)).to.equal(true);
    c.disconnecting = false;
    expect(isUnableToUnregister(b, a)).to.equal(false);
  });

  it('can if transports wait in a circle that the consumer is not part of', () => {
    const [a, b] = [transport({ disconnecting: true }), transport({ disconnecting: true })];
    [a.producer, b.producer] = [b, a];
    expect(isUnableToUnregister(a, transport())).to.equal(false);
  });

  it('can’t if it is the consumer itself, or a transport around it that is to close', () => {
    const consumer = transport();
    expect(isUnableToUnregister(consumer, consumer)).to.equal(true);
    expect(isUnableToUnregister(transport({ transport: consumer }), consumer)).to.equal(false);
    const closing = transport({ transport: consumer, disconnecting: true });
    expect(isUnableToUnregister(closing, consumer)).to.equal(true);
    // The one that is to close is not what was registered.
    expect(isUnableToUnregister({ transport: closing }, consumer)).to.equal(false);
  });

  it('is judged by the producer that it stands in for', () => {
    const lost = transport({ disconnected: true });
    const standIn = {};
    expect(isUnableToUnregister(standIn, transport())).to.equal(false);
    standInFor(standIn, lost);
    expect(isUnableToUnregister(standIn, transport())).to.equal(true);
    expect(isOwnProtocol(standIn, { wrappedProtocol: lost })).to.equal(true);
  });

  it('can if it feeds its own transport, lost or not, and if wrappers go in a circle', () => {
    const consumer = transport({ disconnected: true });
    expect(isUnableToUnregister({ transport: consumer }, consumer)).to.equal(false);
    const circle: { transport?: unknown; loseConnection(): void } = { loseConnection: () => {} };
    circle.transport = circle;
    expect(isUnableToUnregister(circle, transport())).to.equal(false);
  });

  it('says by its transport when that is lost, if that can tell', () => {
    const closed = Promise.resolve();
    expect(
      closedOf({ transport: { loseConnection: () => {}, transport: transport({ closed }) } }),
    ).to.equal(closed);
    expect(closedOf({ closed })).to.equal(undefined);
  });

  it('is its own protocol if the transport’s protocol is it or wraps it', () => {
    const own = {};
    const wrapper = { wrappedProtocol: { wrappedProtocol: own } };
    expect(
      [own, wrapper, { wrappedProtocol: null }].map((protocol) => isOwnProtocol(own, protocol)),
    ).to.deep.equal([true, true, false]);
    expect(isOwnProtocol(own, undefined)).to.equal(false);
  });
});

describe('letHandOver', () => {
  it('asks the producer, or the one for which it stands in, whether the close has to wait', () => {
    for (const waits of [true, false]) {
      const producer = { [handOver]: () => waits };
      const standIn = {};
      standInFor(standIn, producer);
      expect([letHandOver(producer), letHandOver(standIn)]).to.deep.equal([waits, waits]);
    }
    expect(letHandOver({})).to.equal(false);
  });
});
