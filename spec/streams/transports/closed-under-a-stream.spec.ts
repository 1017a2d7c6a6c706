/** A transport with a `TransportDuplex` as its protocol, which other code closes. */
import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  Factory,
  HierarchicalBucketFilter,
  Protocol,
  ShapedProtocolFactory,
  TransportDuplex,
  type IProtocol,
} from '../../../lib/index.js';
import { WrappingFactory } from '../../../lib/protocols/index.js';
import { families } from '../../support/connection-families.js';
import { numbered } from '../../support/producers.js';
import { rejection } from '../../support/rejection.js';
import { port, readAll, tcpPair } from '../../support/sockets.js';
import { RecordingTransport } from '../../support/transports.js';

const data = numbered(3_000_000);

/** Writes `bytes` in many pieces, some of them empty. */
function writeInPieces(duplex: TransportDuplex, bytes: Buffer): void {
  const step = Math.ceil(bytes.length / 40);
  for (let i = 0; i < bytes.length; i += step) {
    duplex.write(bytes.subarray(i, i + step));
    duplex.write('');
  }
}

/** `duplex` behind a wrapper of a policy's. */
function wrapped(duplex: TransportDuplex): IProtocol {
  const factory = new WrappingFactory(Factory.forProtocol(() => duplex));
  return factory.buildProtocol({ type: 'TCP', host: '127.0.0.1', port: 0, family: 'IPv4' })!;
}

/** `duplex` with a transport that a bucket limits. */
function shaped(duplex: TransportDuplex): IProtocol {
  return new ShapedProtocolFactory(() => duplex, new HierarchicalBucketFilter())();
}

const depths = [
  ['', (duplex: TransportDuplex): IProtocol => duplex],
  [' behind a wrapper', wrapped],
  [' behind a shaped transport', shaped],
] as const;

const ways: [string, (duplex: TransportDuplex, bytes: Buffer) => void][] = [
  ['written', writeInPieces],
  [
    'written while it was corked',
    (duplex, bytes) => {
      duplex.write(bytes.subarray(0, 7));
      duplex.cork();
      duplex.cork();
      writeInPieces(duplex, bytes.subarray(7));
    },
  ],
];

for (const [family, open] of families) {
  describe(`A transport over ${family} whose protocol is a stream`, () => {
    for (const [how, write] of ways) {
      for (const size of [0, 10, data.length]) {
        for (const [depth, of] of depths) {
          it(`closed by other code, delivers the ${size} bytes that were ${how} to the stream${depth}`, async () => {
            const [ours, peer] = await open();
            const received = readAll(peer);
            const duplex = new TransportDuplex();
            const transport = new DuplexTransport(ours, { protocol: of(duplex) });
            const closed = once(duplex, 'close');
            write(duplex, data.subarray(0, size));
            duplex.transport?.loseConnection();
            expect((await received).equals(data.subarray(0, size))).to.equal(true);
            expect(await transport.closed).to.be.instanceOf(ConnectionDone);
            duplex.resume();
            await closed;
            expect(duplex.errored).to.equal(null);
            peer.destroy();
          });
        }
      }
    }

    it('whose write half other code ends, delivers what was written, and the stream reads on', async () => {
      const [ours, peer] = await open();
      peer.allowHalfOpen = true;
      const received = readAll(peer);
      const duplex = new TransportDuplex();
      const transport = new DuplexTransport(ours, { protocol: duplex });
      duplex.cork();
      duplex.write(data);
      const finished = once(duplex, 'finish');
      transport.loseWriteConnection();
      expect((await received).equals(data)).to.equal(true);
      await finished;
      const answer = readAll(duplex);
      peer.end('answer');
      expect(String(await answer)).to.equal('answer');
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      peer.destroy();
    });
  });
}

/** A stream that takes all writes at once, and does not finish before `finish` is called. */
function slowToFinish() {
  const received: string[] = [];
  let end!: (finish: () => void) => void;
  const ending = new Promise<() => void>((resolve) => (end = resolve));
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, callback) {
      received.push(String(chunk));
      callback();
    },
    final: (callback) => end(callback),
  });
  return { stream, received, ending };
}

describe('A stream whose transport other code has closed, and which has yet to finish', () => {
  for (const half of ['loseConnection', 'loseWriteConnection'] as const) {
    for (const [depth, of] of depths) {
      it(`fails what is written after a ${half}, and delivers what came before${depth}`, async () => {
        const { stream, received, ending } = slowToFinish();
        const duplex = new TransportDuplex();
        const transport = new DuplexTransport(stream, { protocol: of(duplex) });
        duplex.write('sent');
        (duplex.transport as DuplexTransport)[half]();
        const finish = await ending;
        const result = rejection(finished(duplex.end('lost')));
        expect(await result).to.be.instanceOf(ConnectionLost);
        finish();
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
        expect(received).to.deep.equal(['sent']);
      });

      it(`ends well after a ${half} if nothing more is written${depth}`, async () => {
        const { stream, ending } = slowToFinish();
        const duplex = new TransportDuplex();
        const transport = new DuplexTransport(stream, { protocol: of(duplex) });
        duplex.write('sent');
        (duplex.transport as DuplexTransport)[half]();
        const finish = await ending;
        const result = finished(duplex.end(), { readable: false });
        finish();
        await result;
        duplex.destroy();
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      });
    }
  }
});

describe('A stream that is the protocol of a transport', () => {
  it('stays corked until it is uncorked, while no close was requested', async () => {
    const { server, client: peer } = await tcpPair();
    const duplex = new TransportDuplex();
    const transport = new DuplexTransport(server, { protocol: duplex });
    const lengths: number[] = [];
    peer.on('data', ({ length }: Buffer) => {
      lengths.push(duplex.writableLength, length);
      duplex.uncork();
      duplex.end();
    });
    duplex.write('sent'); // Once this has left, the transport's buffer is empty.
    duplex.cork();
    duplex.write('corked');
    await once(peer, 'end');
    expect(lengths.slice(0, 2)).to.deep.equal(['corked'.length, 'sent'.length]);
    peer.end();
    duplex.resume();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });
});

describe('A transport whose socket is still connecting', () => {
  async function asked(protocol: IProtocol): Promise<string> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[net.Socket]>;
    const transport = new DuplexTransport(net.connect(port(server), '127.0.0.1'), { protocol });
    transport.loseConnection();
    await turn();
    const [peer] = await accepted;
    const received = String(await readAll(peer));
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    server.close();
    return received;
  }

  it('closed before that, sends the bytes that its protocol writes when it has connected', async () => {
    class Hello extends Protocol {
      override connectionMade(): void {
        this.transport.write(Buffer.from('hello'));
      }
    }
    expect(await asked(new Hello())).to.equal('hello');
  });

  it('closed before that, sends the bytes that were written to the stream that is its protocol', async () => {
    const duplex = new TransportDuplex();
    duplex.write('hel');
    duplex.write('lo');
    expect(await asked(duplex)).to.equal('hello');
  });
});

describe('A write of no bytes that waits in a TransportDuplex when its connection closes cleanly', () => {
  it('counts as written', async () => {
    const duplex = new TransportDuplex();
    const transport = new RecordingTransport();
    duplex.makeConnection(transport);
    const outcomes: unknown[] = [];
    const write = (text: string) => duplex.write(text, (error) => outcomes.push(error ?? null));
    write('all');
    transport.producer?.pauseProducing();
    write('');
    write('');
    duplex.resume();
    const closed = once(duplex, 'close');
    duplex.connectionLost(new ConnectionDone());
    await closed;
    expect(outcomes).to.deep.equal([null, null, null]);
    expect(duplex.errored).to.equal(null);
  });
});
