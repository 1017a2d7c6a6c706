import http from 'node:http';
import net from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { deliverBody, Protocol, type ReadableLike } from '../../../lib/index.js';
import { loggedErrors } from '../../support/logged.js';
import { port } from '../../support/sockets.js';
import { until } from '../../support/until.js';

/** Keeps what it is told. */
class Body extends Protocol {
  text = '';
  reason: (Error & { reasons?: readonly Error[]; response?: unknown }) | undefined;
  override dataReceived(data: Buffer): void {
    this.text += String(data);
  }
  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
  async whenOver(): Promise<this> {
    await until(() => this.reason !== undefined);
    return this;
  }
}

describe('deliverBody', () => {
  const logged = loggedErrors();

  describe('of an HTTP response', () => {
    let server: http.Server | net.Server;
    afterEach(() => server.close());

    /** A response to a request of `method`, which `answer` gave. */
    async function responseTo(
      answer: (response: http.ServerResponse) => void,
      method = 'GET',
    ): Promise<http.IncomingMessage> {
      server = http.createServer((_request, response) => answer(response));
      return ask(method);
    }

    async function ask(method = 'GET'): Promise<http.IncomingMessage> {
      server.listen(0, '127.0.0.1');
      await until(() => server.listening);
      return new Promise((resolve, reject) => {
        const to = { host: '127.0.0.1', port: port(server), method, agent: false };
        http.request(to, resolve).on('error', reject).end();
      });
    }

    /** Calls `method` of its transport once it has as many bytes as it wants. */
    class Counting extends Body {
      constructor(
        readonly wanted: number,
        readonly method: 'loseConnection' | 'abortConnection' = 'loseConnection',
      ) {
        super();
      }
      override connectionMade(): void {
        this.leaveIfDone();
      }
      override dataReceived(data: Buffer): void {
        super.dataReceived(data);
        this.leaveIfDone();
      }
      private leaveIfDone(): void {
        if (this.text.length >= this.wanted) this.transport[this.method]();
      }
    }

    async function endOf(
      counting: Counting,
      answer: (response: http.ServerResponse) => void,
    ): Promise<Counting> {
      deliverBody(await responseTo(answer), counting);
      return counting.whenOver();
    }

    for (const body of ['whole', '']) {
      it(`says ResponseDone to a protocol that closes at the last of ${body.length} bytes, as Twisted does`, async () => {
        const { text, reason } = await endOf(new Counting(body.length), (response) =>
          response.writeHead(200, { 'content-length': body.length }).end(body),
        );
        expect(text).to.equal(body);
        expect(reason).to.include({ name: 'ResponseDone' });
      });
    }

    it('says ResponseFailed if it closes before the last byte, or aborts', async () => {
      const write = (response: http.ServerResponse) =>
        void response.writeHead(200, { 'content-length': 6 }).write('whole');
      expect((await endOf(new Counting(5), write)).reason).to.include({ name: 'ResponseFailed' });
      server.close();
      const end = (response: http.ServerResponse) =>
        response.writeHead(200, { 'content-length': 5 }).end('whole');
      const aborted = await endOf(new Counting(5, 'abortConnection'), end);
      expect(aborted.reason).to.include({ name: 'ResponseFailed' });
    });

    /** The response of a bare socket server, which then hangs up. */
    function rawResponse(said: string, method?: string): Promise<http.IncomingMessage> {
      server = net.createServer((socket) => {
        socket.once('data', () => socket.end(said));
      });
      return ask(method);
    }

    it('ends with ResponseDone, all of it delivered', async () => {
      const response = await responseTo((out) => {
        out.write('to be');
        setImmediate(() => out.end(', or not'));
      });
      const body = new Body();
      deliverBody(response, body);
      expect(body.connected).to.equal(true);
      await body.whenOver();
      expect(body.text).to.equal('to be, or not');
      expect(body.reason).to.include({ name: 'ResponseDone', code: 'ERR_RESPONSE_DONE' });
      expect(body.transport).to.include({ connected: false, disconnected: true });
    });

    it('tells where it came from, also when it is over', async () => {
      const response = await responseTo((out) => out.end('x'));
      const body = new Body();
      deliverBody(response, body);
      await body.whenOver();
      expect(body.transport.getPeer()).to.include({ type: 'TCP', host: '127.0.0.1' });
      expect(body.transport.getHost()).to.include({ type: 'TCP', host: '127.0.0.1' });
    });

    it('ends with ResponseFailed where it is cut short', async () => {
      const response = await rawResponse('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      const body = new Body();
      deliverBody(response, body);
      await body.whenOver();
      expect(body.text).to.equal('half');
      const { reason } = body;
      expect(reason).to.include({ name: 'ResponseFailed', code: 'ERR_RESPONSE_FAILED', response });
      expect(reason?.reasons).to.deep.equal([reason?.cause]);
      expect(reason?.cause).to.include({ code: 'ECONNRESET' });
    });

    it('ends with PotentialDataLoss where only the end of the connection says so', async () => {
      const body = new Body();
      deliverBody(await rawResponse('HTTP/1.1 200 OK\r\n\r\nall?'), body);
      await body.whenOver();
      expect(body.text).to.equal('all?');
      expect(body.reason).to.include({
        name: 'PotentialDataLoss',
        code: 'ERR_POTENTIAL_DATA_LOSS',
      });
    });

    for (const [what, said, method] of [
      ['a response to HEAD', 'HTTP/1.1 200 OK\r\n\r\n', 'HEAD'],
      ['No Content', 'HTTP/1.1 204 No Content\r\n\r\n', 'GET'],
      ['Not Modified', 'HTTP/1.1 304 Not Modified\r\n\r\n', 'GET'],
    ] as const) {
      it(`knows that ${what} has no body that could be cut short`, async () => {
        const body = new Body();
        deliverBody(await rawResponse(said, method), body);
        expect((await body.whenOver()).reason).to.include({ name: 'ResponseDone' });
      });
    }

    for (const who of ['the server', 'the protocol']) {
      it(`ends with ResponseFailed if ${who} cuts it, and the request has no listener for that`, async () => {
        let cut: (() => void) | undefined;
        server = http.createServer((_request, response) => {
          response.writeHead(200, { 'Content-Length': 100 }).write('part of it');
          cut = () => response.socket?.resetAndDestroy();
        });
        server.listen(0, '127.0.0.1');
        await until(() => server.listening);
        const body = new Body();
        const to = { host: '127.0.0.1', port: port(server), agent: false };
        const request = http.get(to, (response) => deliverBody(response, body));
        if (who === 'the protocol') {
          body.dataReceived = () => {
            throw new Error('misread');
          };
        } else {
          await until(() => body.text !== '');
          cut?.();
        }
        await body.whenOver();
        expect(body.reason).to.include({ name: 'ResponseFailed' });
        await until(() => request.closed);
      });
    }

    it('pauses the connection with the transport, and goes on', async () => {
      let sent = 0;
      const size = 4 << 20;
      const response = await responseTo((out) => {
        out.write(Buffer.alloc(size), () => (sent += size));
        out.end();
      });
      let heard = 0;
      class Slow extends Body {
        override connectionMade(): void {
          this.transport.pauseProducing();
        }
        override dataReceived(data: Buffer): void {
          heard += data.length;
          this.transport.pauseProducing();
          setImmediate(() => this.transport.resumeProducing());
        }
      }
      const slow = new Slow();
      deliverBody(response, slow);
      for (let i = 0; i < 200; i += 1) await turn();
      expect([heard, sent]).to.deep.equal([0, 0]);
      slow.transport.resumeProducing();
      await slow.whenOver();
      expect([heard, slow.reason?.name]).to.deep.equal([size, 'ResponseDone']);
    });
  });

  for (const [what, readable] of [
    ['a body of fetch', () => new Response('of any kind').body as ReadableLike],
    ['a Readable', () => Readable.from([Buffer.from('of any '), Buffer.from('kind')])],
    ['a stream with an encoding', () => Readable.from(['of any', ' kind'], { objectMode: false })],
    ['an iterable', () => [Buffer.from('of any kind')]],
  ] as const) {
    it(`delivers ${what}`, async () => {
      const body = new Body();
      deliverBody(readable(), body);
      await body.whenOver();
      expect([body.text, body.reason?.name]).to.deep.equal(['of any kind', 'ResponseDone']);
      expect(body.transport.getPeer()).to.deep.equal({ type: 'PIPE' });
    });
  }

  it('gives a Buffer, whatever bytes a body in object mode is made of', async () => {
    const got: unknown[] = [];
    const body = Object.assign(new Body(), { dataReceived: (data: Buffer) => void got.push(data) });
    deliverBody(Readable.from([Uint8Array.of(97), Buffer.from('b')]), body);
    await body.whenOver();
    expect(got).to.deep.equal([Buffer.from('a'), Buffer.from('b')]);
    expect(got.every((data) => Buffer.isBuffer(data))).to.equal(true);
  });

  it('fails where a body in object mode gives a value that is not bytes', async () => {
    for (const value of ['b', { b: 1 }, new ArrayBuffer(1)]) {
      const readable = Readable.from([Buffer.from('a'), value, Buffer.from('c')]);
      const body = new Body();
      deliverBody(readable, body);
      const { reason, text } = await body.whenOver();
      expect([text, reason?.name]).to.deep.equal(['a', 'ResponseFailed']);
      expect(reason?.cause).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(readable.destroyed).to.equal(true);
    }
    expect(logged).to.deep.equal([]);
  });

  /** Gives `chunks`, then waits. */
  function endless(...chunks: string[]): Readable {
    const readable = new Readable({ read() {} });
    for (const chunk of chunks) readable.push(chunk);
    return readable;
  }

  for (const [method, reason] of [
    ['loseConnection', 'ConnectionDone'],
    ['stopProducing', 'ConnectionDone'],
    ['abortConnection', 'ConnectionAborted'],
  ] as const) {
    for (const when of ['connectionMade', 'dataReceived'] as const) {
      it(`lets go of the body when its protocol calls ${method} in ${when}`, async () => {
        const readable = endless('one', 'two');
        class Leaving extends Body {
          override connectionMade(): void {
            if (when === 'connectionMade') this.leave();
          }
          override dataReceived(data: Buffer): void {
            super.dataReceived(data);
            this.leave();
          }
          leave(): void {
            this.transport[method]();
            this.transport[method]();
            expect(this.reason, 'not from inside').to.equal(undefined);
            expect(this.transport).to.include({ disconnecting: true });
          }
        }
        const leaving = new Leaving();
        deliverBody(readable, leaving);
        await leaving.whenOver();
        await turn();
        expect(leaving.text).to.equal(when === 'connectionMade' ? '' : 'one');
        expect(leaving.reason).to.include({ name: 'ResponseFailed' });
        expect(leaving.reason?.reasons?.map(({ name }) => name)).to.deep.equal([reason]);
        expect(readable.destroyed).to.equal(true);
        leaving.transport[method](); // Of what is over, nothing.
      });
    }
  }

  it('has nowhere to write to', async () => {
    const stopped: string[] = [];
    class Writing extends Body {
      override connectionMade(): void {
        this.transport.write(Buffer.from('away'));
        this.transport.writeSequence([Buffer.from('away')]);
        this.transport.registerProducer({ ...idle, stopProducing: () => stopped.push('it') }, true);
        this.transport.unregisterProducer();
        expect(() => this.transport.write('text' as never)).to.throw(TypeError);
      }
    }
    const idle = { pauseProducing() {}, resumeProducing() {} };
    const writing = new Writing();
    deliverBody([], writing);
    await writing.whenOver();
    expect(stopped).to.deep.equal(['it']);
  });

  it('logs the error of a producer that it stops, if that comes later', async () => {
    const late = new Error('stopped badly');
    const idle = { pauseProducing() {}, resumeProducing() {} };
    class Writing extends Body {
      override connectionMade(): void {
        const stopProducing = (): unknown => Promise.reject(late);
        this.transport.registerProducer({ ...idle, stopProducing }, true);
      }
    }
    deliverBody([], new Writing());
    await until(() => logged.length > 0);
    expect(logged).to.deep.equal([late]);
  });

  describe('of a protocol that', () => {
    const failure = new Error('misread');

    it('throws in dataReceived, ends, the body let go', async () => {
      const readable = endless('x');
      class Throwing extends Body {
        override dataReceived(): void {
          throw failure;
        }
      }
      const throwing = new Throwing();
      deliverBody(readable, throwing);
      expect((await throwing.whenOver()).reason).to.include({ cause: failure });
      expect(readable.destroyed).to.equal(true);
      expect(logged).to.deep.equal([failure]);
    });

    for (const callback of ['connectionMade', 'dataReceived'] as const) {
      it(`rejects later in ${callback}, ends likewise`, async () => {
        const readable = endless('x');
        const rejecting = new Body();
        const reject = async (): Promise<void> => {
          await turn();
          throw failure;
        };
        Object.assign(
          rejecting,
          callback === 'dataReceived' ? { dataReceived: reject } : { makeConnection: reject },
        );
        deliverBody(readable, rejecting);
        expect((await rejecting.whenOver()).reason).to.include({ cause: failure });
        expect(readable.destroyed).to.equal(true);
        expect(logged).to.deep.equal([failure]);
      });
    }

    it('rejects later in connectionMade, ends with that error', async () => {
      const readable = endless('x');
      const rejecting = new Body();
      const connectionMade = async (): Promise<void> => {
        await turn();
        throw failure;
      };
      Object.assign(rejecting, { connectionMade });
      deliverBody(readable, rejecting);
      expect((await rejecting.whenOver()).reason).to.include({ cause: failure });
      expect(readable.destroyed).to.equal(true);
      expect(logged).to.deep.equal([failure]);
    });

    it('rejects for the last piece of the body, did not receive all of it', async () => {
      class Rejecting extends Body {
        override dataReceived(): void {
          return Promise.reject(failure) as unknown as undefined;
        }
      }
      const rejecting = new Rejecting();
      deliverBody(Readable.from([Buffer.from('all of it')]), rejecting);
      expect((await rejecting.whenOver()).reason).to.include({ cause: failure });
      expect(logged).to.deep.equal([failure]);
    });

    it('throws in connectionMade, is not connected: the body may be delivered again', async () => {
      const readable = endless('x');
      class Throwing extends Body {
        override connectionMade(): void {
          throw failure;
        }
      }
      expect(() => deliverBody(readable, new Throwing())).to.throw(failure);
      readable.push(null);
      const body = new Body();
      deliverBody(readable, body);
      expect((await body.whenOver()).text).to.equal('x');
    });

    for (const later of [false, true]) {
      it(`${later ? 'rejects' : 'throws'} in connectionLost: the error is logged`, async () => {
        const body = new Body();
        body.connectionLost = () => {
          if (later) return Promise.reject(failure) as unknown as void;
          throw failure;
        };
        deliverBody([], body);
        await until(() => logged.length > 0);
        expect(logged).to.deep.equal([failure]);
      });
    }
  });

  describe('refuses', () => {
    it('a value that cannot be read, and a value that is not a protocol', () => {
      const code = 'ERR_INVALID_ARG_TYPE';
      expect(() => deliverBody({} as never, new Body()))
        .to.throw()
        .with.property('code', code);
      expect(() => deliverBody(endless(), {} as never))
        .to.throw()
        .with.property('code', code);
    });

    it('the response of a fetch, and says that its body is due', () => {
      const message =
        'The "readable" argument must be the `body` of a response of `fetch`. Received an instance of Response';
      expect(() => deliverBody(new Response('unread') as never, new Body())).to.throw(message);
    });

    it('a body that was delivered, or is locked, and connects nothing', () => {
      const readable = endless();
      deliverBody(readable, new Body());
      const { body } = new Response('taken');
      body?.getReader();
      for (const taken of [readable, body as ReadableLike]) {
        const late = new Body();
        expect(() => deliverBody(taken, late))
          .to.throw()
          .with.property('code', 'ERR_INVALID_STATE');
        expect(late.connected).to.equal(false);
      }
    });
  });
});
