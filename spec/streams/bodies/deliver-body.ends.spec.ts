/** The reason that the protocol of a body gets at its end. */
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { deliverBody, Protocol, ReadableProducer, type ReadableLike } from '../../../lib/index.js';
import { failure } from '../../support/failure.js';
import { loggedEvents } from '../../support/logged.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { settled } from '../../support/settled.js';
import { until } from '../../support/until.js';

/** Notes why it is over. */
class Body extends Protocol {
  reason: Error | undefined;
  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

/** The name of the reason that the protocol of `body` is given. */
async function reasonFor(body: ReadableLike): Promise<string> {
  const protocol = new Body();
  deliverBody(body, protocol);
  await until(() => protocol.reason !== undefined);
  return protocol.reason!.name;
}

describe('The end of a body', () => {
  /** Of a response that nothing but the end of its connection ends. */
  const unframed = {
    statusCode: 200,
    httpVersionMajor: 1,
    headers: { 'content-type': 'text/plain' },
    req: { method: 'GET' },
  };
  const rows: [string, object, string][] = [
    ['a response that ends with its connection', {}, 'PotentialDataLoss'],
    ['the same, whose request is not known', { req: undefined }, 'PotentialDataLoss'],
    ['a response of a known length', { headers: { 'content-length': '1' } }, 'ResponseDone'],
    ['a response in chunks', { headers: { 'transfer-encoding': 'chunked' } }, 'ResponseDone'],
    ['a response over HTTP/2', { httpVersionMajor: 2 }, 'ResponseDone'],
    ['a request, which has no status', { statusCode: null }, 'ResponseDone'],
    ['what has a status and no headers', { headers: undefined }, 'ResponseDone'],
    ['a response to HEAD', { req: { method: 'HEAD' } }, 'ResponseDone'],
    ['a response without content', { statusCode: 204 }, 'ResponseDone'],
    ['a response that was not modified', { statusCode: 304 }, 'ResponseDone'],
  ];
  for (const [what, members, name] of rows) {
    it(`is ${name} for ${what}`, async () => {
      const body = Object.assign(Readable.from([Buffer.from('a')]), unframed, members);
      expect(await reasonFor(body)).to.equal(name);
    });
  }

  it('is ResponseDone for any other readable', async () => {
    expect(await reasonFor([Buffer.from('a')])).to.equal('ResponseDone');
  });
});

describe('A body', () => {
  const invalid = { name: 'InvalidStateError', code: 'ERR_INVALID_STATE' };

  /** The error that `deliverBody` throws for `body`; nothing was connected. */
  function refusal(body: ReadableLike): unknown {
    const protocol = new Body();
    try {
      deliverBody(body, protocol);
    } catch (thrown) {
      expect(protocol.connected).to.equal(false);
      return thrown;
    }
    return undefined;
  }

  it('is delivered once, also when that is over', async () => {
    const body = [Buffer.from('a')];
    expect(await reasonFor(body)).to.equal('ResponseDone');
    expect(refusal(body)).to.include(invalid);
  });

  it('is refused while another adapter reads it', async () => {
    const body = new PassThrough();
    const produced = new ReadableProducer(body).startProducing(new RecordingConsumer());
    expect(refusal(body)).to.include(invalid);
    body.end();
    await produced;
  });
});

describe('The protocol of a body', () => {
  const logged = loggedEvents();

  it('that pauses before anything was read, and resumes, is given all', async () => {
    const texts: string[] = [];
    class Pausing extends Body {
      override connectionMade(): void {
        this.transport.pauseProducing();
        this.transport.resumeProducing();
      }
      override dataReceived(data: Buffer): void {
        texts.push(String(data));
      }
    }
    const body = new PassThrough();
    const protocol = new Pausing();
    deliverBody(body, protocol);
    body.end('all');
    await until(() => protocol.reason !== undefined);
    expect(texts).to.deep.equal(['all']);
  });

  it('that pauses before anything was read is given nothing until it resumes', async () => {
    const texts: string[] = [];
    class Pausing extends Body {
      override connectionMade(): void {
        this.transport.pauseProducing();
      }
      override dataReceived(data: Buffer): void {
        texts.push(String(data));
      }
    }
    const protocol = new Pausing();
    deliverBody([Buffer.from('all')], protocol);
    await settled();
    expect(texts).to.deep.equal([]);
    protocol.transport.resumeProducing();
    await until(() => protocol.reason !== undefined);
    expect(texts).to.deep.equal(['all']);
  });

  it('that pauses while it is given the body is given no more until it resumes', async () => {
    const texts: string[] = [];
    class Pausing extends Body {
      override dataReceived(data: Buffer): void {
        texts.push(String(data));
        this.transport.pauseProducing();
      }
    }
    const protocol = new Pausing();
    deliverBody(
      ['to be', ', or not'].map((text) => Buffer.from(text)),
      protocol,
    );
    await settled();
    expect(texts).to.deep.equal(['to be']);
    protocol.transport.resumeProducing();
    await until(() => texts.length === 2);
    protocol.transport.resumeProducing();
    await until(() => protocol.reason !== undefined);
  });

  it('that fails later, when the body is over, is logged with why', async () => {
    const protocol = new Body();
    const dataReceived = async (): Promise<void> => {
      await until(() => protocol.reason !== undefined);
      await turn();
      throw failure;
    };
    Object.assign(protocol, { dataReceived });
    deliverBody([Buffer.from('a')], protocol);
    await until(() => logged.length > 0);
    expect(protocol.reason?.name).to.equal('ResponseDone');
    expect(logged.map(({ error }) => error)).to.deep.equal([failure]);
  });

  it('that fails while the body is delivered ends the delivery once, for the first failure', async () => {
    const failures = [failure, new Error('second')];
    const protocol = new Body();
    const dataReceived = (): Promise<never> => Promise.reject(failures.shift()!);
    Object.assign(protocol, { dataReceived });
    const body = new PassThrough();
    deliverBody(body, protocol);
    body.write('a');
    await until(() => protocol.reason !== undefined);
    expect(protocol.reason?.cause).to.equal(failure);
    expect(body.destroyed).to.equal(true);
    expect(logged.map(({ error }) => error)).to.deep.equal([failure]);
  });
});
