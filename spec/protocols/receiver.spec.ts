import { expect } from 'chai';

import { isProtocol, isPushProducer } from '../../lib/twisted/core/index.js';
import { StringTransport } from '../../lib/testing/index.js';
import { loggedErrors } from '../support/logged.js';
import { encodeAll, RECEIVER_KINDS } from '../support/receivers.js';

for (const kind of RECEIVER_KINDS) {
  describe(`${kind.name}, as every receiver,`, () => {
    const logged = loggedErrors();
    let heard: string[];
    let onHeard: (text: string) => unknown;
    let transport: StringTransport;

    beforeEach(() => {
      heard = [];
      onHeard = () => undefined;
      transport = new StringTransport();
    });

    function make(isConnected = true) {
      const receiver = kind.make((text) => {
        heard.push(text);
        return onHeard(text);
      });
      if (isConnected) receiver.makeConnection(transport);
      return receiver;
    }

    it('is a protocol and a push producer', () => {
      const receiver = make();
      expect(isProtocol(receiver)).to.equal(true);
      expect(isPushProducer(receiver)).to.equal(true);
    });

    it('delivers everything that it was given in one chunk', () => {
      make().dataReceived(encodeAll(kind, 'one', 'two', 'six'));
      expect(heard).to.deep.equal(['one', 'two', 'six']);
    });

    it('works without a transport', () => {
      make(false).dataReceived(encodeAll(kind, 'one', 'two'));
      expect(heard).to.deep.equal(['one', 'two']);
    });

    it('takes any Uint8Array', () => {
      make().dataReceived(new Uint8Array(encodeAll(kind, 'one')));
      expect(heard).to.deep.equal(['one']);
    });

    it('refuses a value that is not bytes, and goes on as before', () => {
      const receiver = make();
      expect(() => receiver.dataReceived('one\r\n' as never))
        .to.throw(TypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
      receiver.dataReceived(encodeAll(kind, 'one'));
      expect(heard).to.deep.equal(['one']);
    });

    it('keeps the rest of a chunk when it is paused, and pauses its transport', () => {
      const receiver = make();
      onHeard = (text) => text === 'one' && receiver.pauseProducing();
      receiver.dataReceived(encodeAll(kind, 'one', 'two', 'six'));
      expect(heard).to.deep.equal(['one']);
      expect(receiver.paused).to.equal(true);
      expect(transport.producerState).to.equal('paused');
      receiver.dataReceived(encodeAll(kind, 'ten'));
      expect(heard).to.deep.equal(['one']);
      receiver.resumeProducing();
      expect(heard).to.deep.equal(['one', 'two', 'six', 'ten']);
      expect(transport.producerState).to.equal('producing');
    });

    it('leaves its transport paused if a string that has waited pauses it again', () => {
      const receiver = make();
      onHeard = () => receiver.pauseProducing();
      receiver.dataReceived(encodeAll(kind, 'one', 'two', 'six'));
      receiver.resumeProducing();
      expect(transport.producerState).to.equal(receiver.paused ? 'paused' : 'producing');
    });

    it('delivers nothing more once it was stopped, and stops its transport', () => {
      const receiver = make();
      onHeard = () => receiver.stopProducing();
      receiver.dataReceived(encodeAll(kind, 'one', 'two'));
      receiver.dataReceived(encodeAll(kind, 'six'));
      expect(heard).to.deep.equal(['one']);
      expect(transport.producerState).to.equal('stopped');
    });

    it('may be paused and resumed without a transport', () => {
      const receiver = make(false);
      receiver.pauseProducing();
      receiver.dataReceived(encodeAll(kind, 'one'));
      expect(heard).to.deep.equal([]);
      receiver.resumeProducing();
      receiver.stopProducing();
      expect(heard).to.deep.equal(['one']);
    });

    it('delivers each piece once though it is resumed from inside a callback', () => {
      const receiver = make();
      onHeard = () => {
        receiver.pauseProducing();
        receiver.resumeProducing();
      };
      receiver.dataReceived(encodeAll(kind, 'one', 'two', 'six'));
      expect([...heard].sort()).to.deep.equal(['one', 'six', 'two']);
      expect(heard).to.deep.equal(['one', 'two', 'six']);
    });

    it('delivers nothing more once loseConnection was called, now or later', () => {
      const receiver = make();
      onHeard = (text) => text === 'two' && transport.loseConnection();
      receiver.dataReceived(encodeAll(kind, 'one', 'two', 'six'));
      receiver.dataReceived(encodeAll(kind, 'ten'));
      expect(heard).to.deep.equal(['one', 'two']);
    });

    it('delivers nothing when it is resumed after loseConnection', () => {
      const receiver = make();
      const lenient = new StringTransport(null, null, true);
      receiver.makeConnection(lenient);
      onHeard = () => receiver.pauseProducing();
      receiver.dataReceived(encodeAll(kind, 'one', 'two'));
      lenient.loseConnection();
      receiver.resumeProducing();
      expect(heard).to.deep.equal(['one']);
    });

    if (kind.name !== 'LineReceiver in raw mode') {
      it('lets an exception through, loses nothing for it, and repeats nothing', () => {
        const receiver = make();
        const oops = new Error('Oops');
        onHeard = (text) => {
          if (text === 'one') throw oops;
        };
        const all = encodeAll(kind, 'one', 'two', 'six');
        const first = encodeAll(kind, 'one').length;
        expect(() => receiver.dataReceived(all.subarray(0, first))).to.throw(oops);
        receiver.dataReceived(all.subarray(first, first + 1));
        receiver.dataReceived(all.subarray(first + 1));
        expect(heard).to.deep.equal(['one', 'two', 'six']);
      });

      it('keeps the bytes after the piece for which a callback threw', () => {
        const receiver = make();
        onHeard = (text) => {
          if (text === 'one') throw new Error('Oops');
        };
        expect(() => receiver.dataReceived(encodeAll(kind, 'one', 'two', 'six'))).to.throw('Oops');
        expect(heard).to.deep.equal(['one']);
        receiver.dataReceived(Buffer.alloc(0));
        expect(heard).to.deep.equal(['one', 'two', 'six']);
      });

      it('goes on with the chunk when a callback returns a value that is not an error', () => {
        for (const returned of [1, true, {}, new Map()]) {
          heard = [];
          onHeard = () => (kind.name === 'StatefulProtocol' ? undefined : returned);
          make().dataReceived(encodeAll(kind, 'one', 'two'));
          expect(heard).to.deep.equal(['one', 'two']);
        }
      });
    }

    it('does not wait for a promise', () => {
      onHeard = () => Promise.resolve();
      expect(make().dataReceived(encodeAll(kind, 'one', 'two'))).to.equal(undefined);
      expect(heard).to.deep.equal(['one', 'two']);
    });

    it('treats a rejection as an exception: logs it and loses the connection', async () => {
      const oops = new Error('Oops');
      onHeard = (text) => (text === 'two' ? Promise.reject(oops) : undefined);
      make().dataReceived(encodeAll(kind, 'one', 'two'));
      await new Promise(setImmediate);
      expect(logged).to.deep.equal([oops]);
      expect(transport.disconnected).to.equal(true);
    });
  });
}
