import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import tls from 'node:tls';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  type TCPAddress,
  TransportDuplex,
} from '../../../lib/index.js';
import { LineReceiver } from '../../../lib/protocols/index.js';
import { certificate } from '../../support/certificate.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { Recorder } from '../../support/recording-protocols.js';
import { readAll, synchronousPair, tcpPair } from '../../support/sockets.js';
import { turns } from '../../support/turns.js';
import { Upgrading, upgraded } from '../../support/upgrading-protocol.js';

describe('DuplexTransport#startTLS', () => {
  const trusting = () => ({ ca: certificate().cert, servername: 'localhost' });

  it('upgrades an open connection between two transports, in the middle of a protocol', async () => {
    const server = new Upgrading(certificate());
    const client = new Upgrading(trusting(), (transport) => {
      transport.write(Buffer.from('written before the handshake'));
    });
    const [serving, connecting] = await upgraded(server, client);
    while (server.text !== 'written before the handshake') await turn();
    serving.write(Buffer.from('welcome'));
    while (client.text !== 'welcome') await turn();
    expect(connecting.getPeerCertificate()?.subject.CN).to.equal('localhost');
    expect(serving.getPeerCertificate()).to.equal(null);
    connecting.loseConnection();
    const reasons = await Promise.all([serving.closed, connecting.closed]);
    expect(reasons.map(({ name }) => name)).to.deep.equal(['ConnectionDone', 'ConnectionDone']);
    expect(server.told).to.deep.equal(['secure', 'ConnectionDone']);
    expect(client.told).to.deep.equal(['secure', 'ConnectionDone']);
  });

  it('sends the bytes written before in the clear, and all later bytes encrypted', async () => {
    const { server, client } = await tcpPair();
    const backlog = numbered(8_000_000);
    const secret = numbered(1_000_000).reverse();
    const transport = new DuplexTransport(server, { protocol: new Upgrading(certificate()) });
    transport.write(backlog);
    transport.startTLS(certificate());
    transport.write(secret);
    transport.loseConnection();

    const clear: Buffer[] = [];
    await new Promise<void>((resolve) => {
      let size = 0;
      client.on('data', (chunk: Buffer) => {
        clear.push(chunk);
        size += chunk.length;
        if (size < backlog.length) return;
        client.removeAllListeners('data').pause();
        resolve();
      });
    });
    expect(Buffer.concat(clear).equals(backlog)).to.equal(true);
    const secure = tls.connect({ socket: client, ...trusting() });
    expect((await readAll(secure)).equals(secret)).to.equal(true);
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('lets a LineReceiver discard what came unencrypted behind the line that asked for TLS', async () => {
    class Lines extends LineReceiver<DuplexTransport> {
      readonly lines: string[] = [];
      override lineReceived(line: Buffer): void {
        this.lines.push(line.toString());
        if (line.toString() !== 'STARTTLS') return;
        this.clearLineBuffer();
        this.sendLine(Buffer.from('ready'));
        this.transport.startTLS(certificate());
      }
    }
    const { server, client } = await tcpPair();
    const protocol = new Lines();
    const transport = new DuplexTransport(server, { protocol });
    client.write('STARTTLS\r\nsent by another party\r\n');
    await once(client, 'data');
    const secure = tls.connect({ socket: client, ...trusting() });
    secure.end('hello\r\n');
    await transport.closed;
    expect(protocol.lines).to.deep.equal(['STARTTLS', 'hello']);
  });

  it('keeps its producer, and flow control and the close exact, on both layers', async () => {
    const data = numbered(4_000_000);
    let producer: PushProducer | undefined;
    const server = new Upgrading(certificate(), (transport) => {
      producer = new PushProducer(transport, data, 1000).start();
      transport.loseConnection();
    });
    const client = new Upgrading(trusting());
    const [serving, connecting] = await upgraded(server, client);
    const timer = setInterval(() => {
      connecting.pauseProducing();
      setImmediate(() => connecting.resumeProducing());
    }, 1);
    const reasons = await Promise.all([serving.closed, connecting.closed]);
    clearInterval(timer);
    expect(Buffer.concat(client.received).equals(data)).to.equal(true);
    expect(reasons.map(({ name }) => name)).to.deep.equal(['ConnectionDone', 'ConnectionDone']);
    expect(producer?.log).to.include('pause').and.not.include('stop');
  });

  it('encrypts also the bytes of a protocol that gets an answer from inside its write', async () => {
    const [ours, theirs] = synchronousPair();
    const wire: Buffer[] = [];
    theirs.on('data', (data: Buffer) => {
      wire.push(data);
      if (String(data) === 'STARTTLS\r\n') theirs.write('220 ready\r\n');
    });
    const client = new Upgrading(trusting(), (transport) => transport.write(Buffer.from('secret')));
    const transport = new DuplexTransport(ours, { protocol: client });
    transport.write(Buffer.from('STARTTLS\r\n'));
    while (wire.length < 2) await turn();
    expect(wire[1]?.[0]).to.equal(22); // A handshake record.
    expect(Buffer.concat(wire).includes('secret')).to.equal(false);
    transport.abortConnection();
    await transport.closed;
  });

  for (const [size, backlog] of [
    [0, 'nothing'],
    [100_000, 'what fills the stream and leaves at once'],
    [16_000_000, 'much'],
  ] as const) {
    class Implicit extends Upgrading {
      override connectionMade(): void {
        this.transport.write(Buffer.alloc(size));
        this.transport.startTLS(this.options);
      }
    }
    /**
     * A server that upgrades with `size` bytes yet to leave, and a client behind those that has spoken
     * first, `meanwhile` it had read nothing.
     */
    const upgradeBehind = async (
      protocol: Implicit,
      meanwhile: (transport: DuplexTransport) => Promise<void> = async () => {},
    ) => {
      const { server, client } = await tcpPair();
      const transport = new DuplexTransport(server, { protocol });
      const [tunnel, inner] = synchronousPair();
      tunnel.on('data', (data: Buffer) => client.write(data));
      tunnel.on('end', () => client.end());
      const secure = tls.connect({ socket: inner, ...trusting() });
      await meanwhile(transport);
      let clear = size;
      client.on('data', (data: Buffer) => {
        const skipped = Math.min(clear, data.length);
        clear -= skipped;
        if (skipped < data.length) tunnel.write(data.subarray(skipped));
      });
      client.on('end', () => tunnel.end());
      client.on('error', () => {}); // An abort resets the connection.
      return { transport, secure };
    };

    it(`may be called from connectionMade, with ${backlog} to be sent before`, async () => {
      const protocol = new Implicit(certificate());
      const { transport, secure } = await upgradeBehind(protocol);
      secure.write('hello');
      while (protocol.text.length < 5) await turn();
      expect(protocol.text).to.equal('hello');
      transport.abortConnection();
      secure.on('error', () => {});
      await transport.closed;
    });

    it(`works with a pause and a close while it is under way, with ${backlog} to be sent before`, async () => {
      const protocol = new Implicit(certificate());
      const { transport, secure } = await upgradeBehind(protocol, async (transport) => {
        await turns(); // The client's first words are there.
        transport.pauseProducing();
        await turns();
        transport.resumeProducing();
        transport.write(Buffer.from('secret'));
        await turns();
        transport.loseConnection();
        await turns();
      });
      expect(String(await readAll(secure))).to.equal('secret');
      secure.end();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });
  }

  const beginning = Buffer.from([22, 3, 1, 0, 200, 1]); // Of a record, which never becomes whole.
  for (const [what, last] of [
    ['alone', Buffer.alloc(0)],
    ['behind a piece of a handshake', beginning],
  ] as const) {
    it(`is lost when the other end hangs up while it is under way, ${what}`, async () => {
      const { server, client } = await tcpPair();
      const protocol = new Upgrading(certificate());
      const transport = new DuplexTransport(server, { protocol });
      transport.write(Buffer.alloc(16_000_000));
      transport.startTLS(certificate());
      client.end(last);
      await turns();
      expect((await readAll(client)).length).to.be.at.least(16_000_000);
      const reason = await transport.closed;
      expect(reason).to.be.instanceOf(ConnectionLost); // As in Twisted: no TLS was ever ended.
      expect(reason.cause).to.have.property('code', 'ECONNRESET');
    });
  }

  it('needs no protocol, nor one that listens for the handshake', async () => {
    for (const protocol of [undefined, new Recorder()]) {
      const { server, client } = await tcpPair();
      const transport = new DuplexTransport(server, { protocol });
      transport.startTLS(certificate());
      transport.write(Buffer.from('secret'));
      const secure = tls.connect({ socket: client, ...trusting() });
      expect(String(await once(secure, 'data'))).to.equal('secret');
      secure.end('answer');
      if (protocol === undefined) transport.loseConnection();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      if (protocol !== undefined) {
        expect(protocol.told).to.deep.equal(['made', 'data', 'ConnectionDone']);
      }
    }
  });

  it('may be called again from handshakeCompleted, for TLS inside TLS', async () => {
    class Twice extends Upgrading {
      override handshakeCompleted(): void {
        super.handshakeCompleted();
        if (this.told.length === 1) this.transport.startTLS(this.options);
        else this.transport.write(Buffer.from('secret'));
      }
    }
    const server = new Twice(certificate());
    const client = new Twice({ ...trusting(), isServer: false });
    const [serving, connecting] = await upgraded(server, client);
    while (server.text !== 'secret' || client.text !== 'secret') await turn();
    connecting.loseConnection();
    await Promise.all([serving.closed, connecting.closed]);
    expect([server.told, client.told]).to.deep.equal([
      ['secure', 'secure', 'ConnectionDone'],
      ['secure', 'secure', 'ConnectionDone'],
    ]);
  });

  it('keeps the addresses for connectionLost, also after a reset', async () => {
    const server = new Upgrading(certificate());
    const [serving, connecting] = await upgraded(server, new Upgrading(trusting()));
    while (server.told.length === 0) await turn();
    const { port: at } = connecting.getHost() as TCPAddress;
    let lost: unknown;
    server.connectionLost = () => (lost = serving.getPeer());
    connecting.abortConnection();
    await serving.closed;
    expect(lost).to.have.property('port', at);
  });

  it('asks nothing of a stream that said it was full, once that is wrapped', async () => {
    const [ours, theirs] = synchronousPair();
    const write = ours.write.bind(ours) as (...args: unknown[]) => boolean;
    ours.write = (...args: unknown[]) => write(...args) && false;
    const transport = new DuplexTransport(ours, { protocol: new Upgrading({}) });
    transport.write(Buffer.from('clear'));
    transport.startTLS({ ...certificate(), isServer: true });
    transport.write(Buffer.from('secret'));
    expect(String(await once(theirs, 'data'))).to.equal('clear');
    const secure = tls.connect({ socket: theirs, ...trusting() });
    expect(String(await once(secure, 'data'))).to.equal('secret');
    transport.abortConnection();
    secure.on('error', () => {});
    await transport.closed;
  });

  it('leaves no listener on the socket that was wrapped but guards', async () => {
    const server = new Upgrading(certificate());
    const pair = await tcpPair();
    const transport = new DuplexTransport(pair.server, { protocol: server });
    transport.startTLS(certificate());
    await turn();
    expect(['drain', 'finish'].map((name) => pair.server.listenerCount(name))).to.deep.equal([
      0, 0,
    ]);
    const client = tls.connect({ socket: pair.client, ...trusting() });
    await once(client, 'secureConnect');
    client.end();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('accepts a client with the certificate that it asks for, and says that it is authorized', async () => {
    const { key, cert } = certificate();
    const server = new Upgrading({ key, cert, ca: cert, requestCert: true });
    const client = new Upgrading({ ...trusting(), key, cert }, (transport) => {
      transport.write(Buffer.from('it is me'));
    });
    const [serving, connecting] = await upgraded(server, client);
    expect(serving.authorized, 'before the handshake').to.equal(false);
    while (server.text !== 'it is me') await turn();
    expect(serving).to.include({ authorized: true, authorizationError: null });
    expect(serving.getPeerCertificate()?.subject.CN).to.equal('localhost');
    connecting.loseConnection();
    expect(await serving.closed).to.be.instanceOf(ConnectionDone);
  });

  it('says that a client that it accepts without a certificate is not authorized', async () => {
    const { key, cert } = certificate();
    const server = new Upgrading({
      ...{ key, cert, ca: cert, requestCert: true },
      rejectUnauthorized: false,
    });
    const client = new Upgrading(trusting(), (transport) => {
      transport.write(Buffer.from('it is nobody'));
    });
    const [serving, connecting] = await upgraded(server, client);
    while (server.text !== 'it is nobody') await turn();
    expect(serving.authorized).to.equal(false);
    expect(serving.authorizationError).to.have.property('code', 'UNABLE_TO_GET_ISSUER_CERT');
    connecting.loseConnection();
    await serving.closed;
  });

  it('gives TLS the bytes that came while the protocol was paused before it', async () => {
    const { server, client } = await tcpPair();
    const protocol = new Upgrading({});
    const transport = new DuplexTransport(server, { protocol });
    protocol.dataReceived = (data: Buffer) => {
      if (String(data) === 'STARTTLS') transport.pauseProducing();
      else protocol.received.push(data);
    };
    client.write('STARTTLS');
    while (server.bytesRead < 'STARTTLS'.length) await turn();
    const secure = tls.connect({ socket: client, ...trusting() });
    secure.write('secret');
    while (server.bytesRead <= 'STARTTLS'.length) await turn();
    await turns(); // Later bytes are held: the socket was told to pause only with that chunk.
    transport.startTLS({ ...certificate(), handshakeTimeout: 5000 });
    transport.resumeProducing();
    while (protocol.text !== 'secret') await turn();
    secure.end();
    secure.on('error', () => {}).resume();
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('leaves a half to each end, also over a stream that is not a socket', async () => {
    const answer = numbered(500_000);
    class Answering extends Upgrading {
      readConnectionLost(): void {
        this.transport.write(answer);
        this.transport.loseConnection();
      }
      writeConnectionLost(): void {}
    }
    const raw = await tcpPair();
    const below = new TransportDuplex();
    new DuplexTransport(raw.server, { protocol: below });
    const transport = new DuplexTransport(below, { protocol: new Answering({}) });
    transport.startTLS({ ...certificate(), isServer: true });
    const client = tls.connect({ socket: raw.client, ...trusting() });
    client.allowHalfOpen = true;
    client.once('secureConnect', () => client.end('question'));
    expect((await readAll(client)).equals(answer)).to.equal(true);
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });
});
