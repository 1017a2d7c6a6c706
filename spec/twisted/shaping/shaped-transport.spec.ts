import { once } from 'node:events';
import tls from 'node:tls';

import { expect } from 'chai';
import sinon from 'sinon';

import { DuplexTransport, Protocol } from '../../../lib/index.js';
import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { InvalidArgTypeError, MethodNotImplementedError } from '../../../lib/base/errors.js';
import { ConnectionAborted, ConnectionDone } from '../../../lib/twisted/core/errors.js';
import { FileSender } from '../../../lib/twisted/producers/file-sender.js';
import { log } from '../../../lib/base/log.js';
import { ShapedConsumer } from '../../../lib/twisted/shaping/shaped-consumer.js';
import { ShapedTransport } from '../../../lib/twisted/shaping/shaped-transport.js';
import { certificate } from '../../support/certificate.js';
import { bytes, makeEnds } from '../../support/ends.js';
import { numbered, PullProducer, PushProducer } from '../../support/producers.js';
import { readAll, tcpPair } from '../../support/sockets.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { HalfCloseableTransport } from '../../support/transports.js';

const makeBucket = (maxburst: number, rate: number): Bucket =>
  Object.assign(new Bucket(), { maxburst, rate });

/** Asks for more after each write, as a transport does whose buffer is always empty. */
class AskingTransport extends HalfCloseableTransport {
  readonly colour = 'red';
  #secret = 'kept';

  override registerProducer(producer: object, streaming: boolean): void {
    super.registerProducer(producer, streaming);
    this.producer?.resumeProducing();
  }

  override write(data: Uint8Array): void {
    super.write(data);
    this.producer?.resumeProducing();
  }

  tellSecret(): string {
    return this.#secret;
  }

  get received(): string {
    return this.value().toString();
  }
}

describe('ShapedTransport', () => {
  let clock: sinon.SinonFakeTimers;
  let transport: AskingTransport;
  let bucket: Bucket;
  let shaped: ShapedTransport<AskingTransport>;

  beforeEach(() => {
    clock = sinon.useFakeTimers();
    transport = new AskingTransport();
    bucket = makeBucket(4, 10);
    shaped = new ShapedTransport(transport, bucket);
    transport.log.length = 0;
  });
  afterEach(() => clock.restore());

  describe('in front of its transport', () => {
    it('shapes what is written', () => {
      shaped.write(bytes('abcdefgh'));
      expect(transport.received).to.equal('abcd');
      clock.tick(200);
      expect(transport.received).to.equal('abcdef');
    });

    it('shapes a sequence too, as one write', () => {
      shaped.writeSequence([bytes('a'), bytes('b'), new Uint8Array([99])]);
      shaped.writeSequence([bytes('d')]);
      shaped.writeSequence([]);
      clock.tick(1_000);
      expect(transport.log).to.deep.equal(['abc', 'd']);
      expect(() => shaped.writeSequence([bytes('e'), 'f' as unknown as Buffer])).to.throw(
        InvalidArgTypeError,
      );
    });

    it('has all else of the transport, as it is at the time', () => {
      expect(shaped.getPeer()).to.deep.equal(transport.getPeer());
      expect(shaped.colour).to.equal('red');
      expect(shaped.tellSecret()).to.equal('kept');
      expect(shaped.connected).to.equal(true);
      expect((shaped as unknown as Record<string, unknown>)['nothing']).to.equal(undefined);
      Object.assign(transport, { colour: 'blue', disconnected: true });
      expect(shaped.colour).to.equal('blue');
      expect(shaped.disconnected).to.equal(true);
    });

    it('has only what has a name, and only once there is a transport', () => {
      const symbol = Symbol('inspect');
      Object.assign(transport, { [symbol]: 'private' });
      expect(Reflect.get(shaped, symbol)).to.equal(undefined);
      expect(Reflect.get(ShapedTransport.prototype, 'colour')).to.equal(undefined);
    });

    it('has it still when it was stopped', () => {
      transport.producer?.stopProducing();
      expect(shaped.consumer).to.equal(null);
      expect(shaped.getHost()).to.deep.equal(transport.getHost());
    });

    it('is a ShapedConsumer, and says so', () => {
      expect(shaped).to.be.instanceOf(ShapedTransport).and.instanceOf(ShapedConsumer);
      expect(shaped.constructor.name).to.equal('ShapedTransport');
      expect(Object.prototype.toString.call(shaped)).to.equal('[object Object]');
    });

    it('can be subclassed', () => {
      class Loud extends ShapedTransport<AskingTransport> {
        readonly written: string[] = [];
        override write(data: Uint8Array): void {
          this.written.push(String(data));
          super.write(data);
        }
      }
      const loud = new Loud(new AskingTransport(), new Bucket());
      loud.write(bytes('a'));
      expect(loud.written).to.deep.equal(['a']);
      expect(loud.tellSecret()).to.equal('kept');
    });
  });

  describe('with one producer after another', () => {
    it('stays registered with its transport (twisted/twisted#4635)', () => {
      for (const text of ['abcdef', 'ghijkl']) {
        new PullProducer(shaped, bytes(text), 5).start();
        clock.tick(2_000);
      }
      expect(transport.received).to.equal('abcdefghijkl');
      expect(transport.log.filter((call) => call.includes('register'))).to.deep.equal([]);
      expect(bucket.refcount).to.equal(1);
    });

    it('sends what is written by hand before, between and after', () => {
      shaped.write(bytes('a'));
      new PushProducer(shaped, bytes('bcd'), 1).start();
      shaped.write(bytes('e'));
      new PullProducer(shaped, bytes('fgh'), 2).start();
      shaped.write(bytes('i'));
      clock.tick(2_000);
      // What is written while a pull producer is at work comes between its pieces.
      expect(transport.received).to.equal('abcdefgih');
    });
  });

  describe('closing', () => {
    it('comes after the last byte', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.loseConnection();
      expect(transport.log).to.deep.equal(['abcd']);
      expect(shaped.disconnecting).to.equal(true);
      clock.tick(1_000);
      expect(transport.log.slice(-2)).to.deep.equal(['unregister', 'lose']);
      expect(transport.received).to.equal('abcdefgh');
      expect(bucket.refcount).to.equal(0);
    });

    it('comes at once when there is nothing to send', () => {
      shaped.loseConnection();
      shaped.loseConnection();
      expect(transport.log).to.deep.equal(['unregister', 'lose', 'lose']);
    });

    it('waits for the producer, too', () => {
      const producer = makeEnds().producer;
      shaped.registerProducer(producer, true);
      shaped.loseConnection();
      shaped.write(bytes('abcdef'));
      clock.tick(1_000);
      expect(shaped.disconnecting).to.equal(true);
      expect(transport.log).not.to.include('lose');
      shaped.unregisterProducer();
      expect(transport.log.at(-1)).to.equal('lose');
    });

    it('by stopConsuming unregisters its producer, and comes after the last byte', () => {
      shaped.registerProducer(makeEnds().producer, true);
      shaped.write(bytes('abcdefgh'));
      shaped.stopConsuming();
      expect(shaped.producer).to.equal(null);
      expect(transport.log).not.to.include('lose');
      clock.tick(1_000);
      expect(transport.received).to.equal('abcdefgh');
      expect(transport.log.at(-1)).to.equal('lose');
      expect(bucket.refcount).to.equal(0);
    });

    it('takes nothing afterwards', () => {
      const { producer, log: calls } = makeEnds();
      shaped.loseConnection();
      shaped.write(bytes('a'));
      shaped.registerProducer(producer, true);
      clock.tick(1_000);
      expect(transport.received).to.equal('');
      expect(calls).to.deep.equal(['p stop']);
    });

    it('of the write half comes after the last byte, and the rest can be closed then', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.loseWriteConnection();
      clock.tick(1_000);
      expect(transport.log.slice(-2)).to.deep.equal(['unregister', 'lose write']);
      expect(shaped.disconnecting).to.equal(false);
      shaped.loseConnection();
      expect(transport.log.at(-1)).to.equal('lose');
    });

    it('of the write half becomes one of both, if that is wanted before', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.loseWriteConnection();
      shaped.loseConnection();
      shaped.loseWriteConnection();
      clock.tick(1_000);
      expect(transport.log.slice(-2)).to.deep.equal(['unregister', 'lose']);
    });

    it('by abortion drops the buffered bytes', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.abortConnection();
      expect(transport.log.at(-1)).to.equal('abort');
      expect(clock.countTimers()).to.equal(0);
      transport.producer?.stopProducing();
      expect(bucket.refcount).to.equal(0);
    });

    it('does not wait for room when the transport is lost', () => {
      const { producer, log: calls } = makeEnds();
      shaped.registerProducer(producer, true);
      shaped.write(bytes('abcdefgh'));
      transport.producer?.stopProducing();
      expect(calls).to.deep.equal(['p stop']);
      expect(clock.countTimers()).to.equal(0);
      expect(bucket.refcount).to.equal(0);
    });

    it('in ways that the transport lacks throws a typed error', () => {
      const plain = makeEnds().consumer as unknown as AskingTransport;
      const over = new ShapedTransport(plain, new Bucket());
      expect(() => over.loseWriteConnection()).to.throw(MethodNotImplementedError);
      expect(() => over.abortConnection()).to.throw(MethodNotImplementedError);
    });
  });

  describe('as a producer', () => {
    it('stands for what comes in, and goes on sending meanwhile', () => {
      shaped.pauseProducing();
      shaped.write(bytes('abcdefgh'));
      clock.tick(100);
      expect(transport.log).to.deep.equal(['pause', 'abcd', 'e']);
      shaped.resumeProducing();
      expect(transport.log.at(-1)).to.equal('resume');
    });

    it('closes when its consumer dies', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.stopProducing();
      clock.tick(1_000);
      expect(transport.log.at(-1)).to.equal('lose');
      expect(transport.received).to.equal('abcdefgh');
    });

    it('of a transport that is none is what any shaped consumer is', () => {
      const { consumer, log: calls } = makeEnds();
      const plain = Object.assign(consumer, { loseConnection: () => calls.push('lose') });
      const over = new ShapedTransport(plain as unknown as AskingTransport, new Bucket());
      over.pauseProducing();
      over.write(bytes('a'));
      over.resumeProducing();
      over.stopProducing();
      expect(calls).to.deep.equal(['register pull', 'write a']);
      expect(over.stopped).to.equal(true);
    });
  });

  it('asks a pull producer again that has answered, and asks for that itself', () => {
    const patient = new ShapedTransport(new HalfCloseableTransport(), new Bucket());
    let asked = 0;
    const producer = {
      resumeProducing() {
        asked += 1;
        if (asked === 3) return;
        patient.write(bytes('a'));
        patient.resumeProducing();
      },
      stopProducing() {},
    };
    patient.registerProducer(producer, false);
    patient.resumeProducing();
    expect(asked).to.equal(3);
  });

  it('aborts when a turn without a caller fails', () => {
    const reported: unknown[] = [];
    const stopListening = log.addObserver(({ error }) => reported.push(error));
    shaped.write(bytes('abcdefgh'));
    transport.write = () => {
      throw new Error('broken');
    };
    clock.tick(1_000);
    stopListening();
    expect(reported.map(String)).to.deep.equal(['Error: broken']);
    expect(transport.log.at(-1)).to.equal('abort');
  });

  it('stops its producer and closes then, where the transport cannot abort', () => {
    const stopListening = log.addObserver(() => {});
    const { producer, log: calls } = makeEnds();
    Object.assign(transport, { abortConnection: undefined });
    shaped.registerProducer(producer, true);
    shaped.write(bytes('abcdefgh'));
    transport.write = () => {
      throw new Error('broken');
    };
    clock.tick(1_000);
    stopListening();
    expect(calls).to.deep.equal(['p stop']);
    expect(transport.log.slice(-2)).to.deep.equal(['unregister', 'lose']);
    expect(bucket.refcount).to.equal(0);
  });

  it('refuses a value that is not a consumer', () => {
    expect(() => new ShapedTransport({} as AskingTransport, bucket)).to.throw(InvalidArgTypeError);
    expect(bucket.refcount).to.equal(1);
  });
});

describe('ShapedTransport, over a real connection', () => {
  const folder = temporaryFolder();

  it('sends two files in a row, and closes after the last byte (twisted/twisted#4635)', async () => {
    const data = numbered(100_000);
    const file = folder.write('file', data);
    const { server, client } = await tcpPair();
    const transport = new DuplexTransport(server);
    const shaped = new ShapedTransport(transport, makeBucket(50_000, 1_000_000));
    const received = readAll(client);
    await new FileSender().beginFileTransfer(file, shaped);
    await new FileSender().beginFileTransfer(file, shaped);
    shaped.loseConnection();
    expect((await received).equals(Buffer.concat([data, data]))).to.equal(true);
    client.end();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    expect(shaped.bucket.refcount).to.equal(0);
  });

  /** A shaped transport over TCP, its client and a protocol that does nothing but be there. */
  const connected = async (bucket: Bucket, waitsForProducer = true) => {
    const { server, client } = await tcpPair();
    const options = { protocol: new Protocol(), waitsForProducer };
    const transport = new DuplexTransport(server, options);
    return { transport, client, shaped: new ShapedTransport(transport, bucket) };
  };

  it('sends all after loseConnection although the other end hangs up meanwhile', async () => {
    const data = numbered(100_000);
    for (const waitsForProducer of [true, false]) {
      const bucket = makeBucket(20_000, 1_000_000);
      const { transport, client, shaped } = await connected(bucket, waitsForProducer);
      shaped.write(data);
      shaped.loseConnection();
      client.end();
      expect((await readAll(client)).equals(data)).to.equal(true);
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    }
  });

  it('closes although its producer is a transport that is lost, before or after', async () => {
    for (const when of ['before', 'after']) {
      const { transport, client, shaped } = await connected(new Bucket());
      const other = await connected(new Bucket());
      shaped.registerProducer(other.transport, true);
      if (when === 'after') shaped.loseConnection();
      other.client.end();
      await other.transport.closed;
      if (when === 'before') shaped.loseConnection();
      await once(client.resume(), 'end');
      client.end();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    }
  });

  it('may be the producer of one that is its own', async () => {
    const one = await connected(new Bucket());
    const two = await connected(new Bucket());
    one.shaped.registerProducer(two.shaped, true);
    two.shaped.registerProducer(one.shaped, true);
    one.shaped.write(Buffer.from('x'));
    const [byte] = (await once(one.client, 'data')) as [Buffer];
    expect(byte.toString()).to.equal('x');
    for (const { transport, client } of [one, two]) {
      client.on('error', () => {});
      transport.abortConnection();
      await transport.closed;
    }
  });

  it('sends the buffered bytes unencrypted when TLS begins', async () => {
    const { transport, client, shaped } = await connected(makeBucket(4, 1));
    shaped.write(Buffer.from('220 rea'));
    shaped.write(Buffer.from('dy'));
    shaped.startTLS(certificate());
    let clear = '';
    while (clear !== '220 ready') clear += String(await once(client, 'data'));
    const secure = tls.connect({
      socket: client,
      ca: certificate().cert,
      servername: 'localhost',
    });
    await once(secure, 'secureConnect');
    secure.on('error', () => {});
    transport.abortConnection();
    await transport.closed;
  });

  it('lets go of the bucket when the connection is lost', async () => {
    const { server, client } = await tcpPair();
    const transport = new DuplexTransport(server);
    const shaped = new ShapedTransport(transport, makeBucket(10, 1));
    const { producer, log: calls } = makeEnds();
    shaped.registerProducer(producer, true);
    shaped.write(Buffer.alloc(100));
    shaped.abortConnection();
    expect(await transport.closed).to.be.instanceOf(ConnectionAborted);
    expect(calls).to.deep.equal(['p stop']);
    expect(shaped.bucket.refcount).to.equal(0);
    client.destroy();
  });
});
