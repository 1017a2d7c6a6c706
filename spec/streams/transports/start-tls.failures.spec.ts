import { expect } from 'chai';

import { ConnectionLost, InvalidStateError, DuplexTransport } from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { failure, fails } from '../../support/failure.js';
import { loggedErrors } from '../../support/logged.js';
import { memoryPair } from '../../support/memory-pair.js';
import { readAll, synchronousPair, tcpPair } from '../../support/sockets.js';
import { turns } from '../../support/turns.js';
import { Upgrading, upgraded } from '../../support/upgrading-protocol.js';

describe('DuplexTransport#startTLS', () => {
  const logged = loggedErrors();
  const trusting = () => ({ ca: certificate().cert, servername: 'localhost' });

  it('loses the connection when the certificate doesn’t verify, with the cause', async () => {
    const server = new Upgrading(certificate());
    const client = new Upgrading({ servername: 'localhost' });
    const [serving, connecting] = await upgraded(server, client);
    const reason = await connecting.closed;
    expect(reason).to.be.instanceOf(ConnectionLost);
    expect(reason.cause).to.have.property('code', 'DEPTH_ZERO_SELF_SIGNED_CERT');
    await serving.closed;
    expect(client.told).to.deep.equal(['ConnectionLost']);
  });

  it('loses the connection of a client that shows no certificate where a certificate is required', async () => {
    const server = new Upgrading({ ...certificate(), ca: certificate().cert, requestCert: true });
    const [serving] = await upgraded(server, new Upgrading(trusting()));
    expect(await serving.closed).to.be.instanceOf(ConnectionLost);
    expect(server.told).to.deep.equal(['ConnectionLost']);
  });

  it('loses the connection when the other end speaks no TLS', async () => {
    const { server, client } = await tcpPair();
    const protocol = new Upgrading(certificate());
    const transport = new DuplexTransport(server, { protocol });
    client.on('error', () => {}).resume();
    transport.startTLS(certificate());
    client.write('GET / HTTP/1.0\r\n\r\n');
    const reason = await transport.closed;
    expect(reason).to.be.instanceOf(ConnectionLost);
    expect(reason.cause).to.have.property('code', 'ERR_SSL_HTTP_REQUEST');
  });

  it('refuses options that are not valid, and the connection goes on as it was', async () => {
    const { server, client } = await tcpPair();
    const transport = new DuplexTransport(server, { protocol: new Upgrading({}) });
    expect(() => transport.startTLS({ key: 'no key', cert: 'no certificate' })).to.throw(Error);
    for (const options of [null, 5]) {
      expect(() => transport.startTLS(options as never))
        .to.throw()
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
    transport.write(Buffer.from('in the clear'));
    transport.loseConnection();
    expect(String(await readAll(client))).to.equal('in the clear');
    client.end();
  });

  it('refuses options that only the wrapping finds bad, and the connection goes on as it was', async () => {
    const { server, client } = await tcpPair();
    const protocol = new Upgrading({});
    const transport = new DuplexTransport(server, { protocol });
    transport.write(Buffer.alloc(4_000_000)); // Also where what was written has yet to leave.
    const SNICallback = 5 as never;
    expect(() => transport.startTLS({ ...certificate(), SNICallback })).to.throw(TypeError);
    client.end('in the clear');
    expect((await readAll(client)).length).to.equal(4_000_000);
    await transport.closed;
    expect(protocol.text).to.equal('in the clear');
  });

  it('is refused while it is under way, and nothing leaks', async () => {
    const { server, client } = await tcpPair();
    const transport = new DuplexTransport(server, { protocol: new Upgrading(certificate()) });
    transport.write(Buffer.alloc(4_000_000));
    transport.startTLS(certificate());
    transport.write(Buffer.from('secret'));
    expect(() => transport.startTLS(certificate())).to.throw(InvalidStateError);
    const { length } = await new Promise<Buffer>((resolve) => {
      const chunks: Buffer[] = [];
      client.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        const all = Buffer.concat(chunks);
        if (all.length >= 4_000_000) resolve(all);
      });
    });
    expect(length).to.equal(4_000_000);
    transport.abortConnection();
    client.on('error', () => {});
    await transport.closed;
  });

  it('loses the connection when the other end takes longer than it may', async () => {
    const { server, client } = await tcpPair();
    const protocol = new Upgrading({});
    const transport = new DuplexTransport(server, { protocol });
    transport.startTLS({ ...certificate(), handshakeTimeout: 1 });
    client.on('error', () => {}).resume();
    const reason = await transport.closed;
    expect(reason).to.be.instanceOf(ConnectionLost);
    expect(reason.cause).to.have.property('code', 'ERR_TLS_HANDSHAKE_TIMEOUT');
    expect(protocol.told).to.deep.equal(['ConnectionLost']);
    expect(server.destroyed).to.equal(true);
  });

  it('loses the connection when the bytes written before cannot be sent', async () => {
    const [ours] = synchronousPair();
    const protocol = new Upgrading({});
    const transport = new DuplexTransport(ours, { protocol });
    const broken = new Error('broken');
    ours.write = () => {
      throw broken;
    };
    transport.write(Buffer.from('220 ready'));
    transport.startTLS({ ...certificate(), isServer: true });
    const reason = await transport.closed;
    expect(reason).to.be.instanceOf(ConnectionLost);
    expect(reason.cause).to.equal(broken);
    expect(protocol.told).to.deep.equal(['ConnectionLost']);
  });

  for (const isServer of [true, false]) {
    it(`loses the connection of a ${isServer ? 'server' : 'client'} whose stream is destroyed without a word`, async () => {
      const [ours, theirs] = memoryPair();
      theirs.on('error', () => {}).resume();
      const protocol = new Upgrading({});
      const transport = new DuplexTransport(ours, { protocol });
      transport.startTLS(isServer ? { ...certificate(), isServer } : trusting());
      await turns();
      ours.destroy();
      const reason = await transport.closed;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(reason.cause).to.have.property('code', 'ECONNRESET');
      expect(protocol.told).to.deep.equal(['ConnectionLost']);
    });
  }

  it('shakes no hands once the connection is lost', async () => {
    const { server, client } = await tcpPair();
    client.on('error', () => {});
    const protocol = new Upgrading({});
    const transport = new DuplexTransport(server, { protocol });
    transport.startTLS(certificate());
    transport.abortConnection();
    expect((await transport.closed).name).to.equal('ConnectionAborted');
    await turns();
    expect(protocol.told).to.deep.equal(['ConnectionAborted']);
    expect(server.listenerCount('data')).to.equal(0);
  });

  it('does nothing once the connection is to close, or is over', async () => {
    const { server, client } = await tcpPair();
    const protocol = new Upgrading({});
    const transport = new DuplexTransport(server, { protocol });
    transport.write(Buffer.from('in the clear'));
    transport.loseConnection();
    transport.startTLS(certificate());
    expect(String(await readAll(client))).to.equal('in the clear');
    client.end();
    await transport.closed;
    expect(protocol.told).to.deep.equal(['ConnectionDone']);
    const lost = await tcpPair();
    const over = new DuplexTransport(lost.server, { protocol: new Upgrading({}) });
    lost.client.resetAndDestroy();
    await over.closed;
    for (const each of [transport, over]) {
      expect(() => each.startTLS({ key: 'no key', cert: 'no certificate' })).not.to.throw();
    }
  });

  it('loses the connection when handshakeCompleted throws, and nothing else fails', async () => {
    const protocol = new Upgrading(certificate());
    protocol.handshakeCompleted = fails;
    const [serving, connecting] = await upgraded(protocol, new Upgrading(trusting()));
    expect(await serving.closed).to.equal(failure);
    expect(logged.splice(0)).to.deep.equal([failure]);
    await connecting.closed;
    await turns();
    expect(protocol.told).to.deep.equal(['Error']);
  });

  it('does not tell a protocol of a handshake that was aborted from inside it', async () => {
    const client = new Upgrading({
      ...trusting(),
      checkServerIdentity: () => void client.transport.abortConnection(),
    });
    const [serving, connecting] = await upgraded(new Upgrading(certificate()), client);
    expect((await connecting.closed).name).to.equal('ConnectionAborted');
    await serving.closed;
    expect(client.told).to.deep.equal(['ConnectionAborted']);
  });

  it('does nothing once the half that we write has ended', async () => {
    const { server, client } = await tcpPair();
    const protocol = new Upgrading({});
    const transport = new DuplexTransport(server, { protocol });
    transport.loseWriteConnection();
    await readAll(client);
    transport.startTLS(certificate());
    await turns();
    client.end('still in the clear');
    await transport.closed;
    expect(protocol.text).to.equal('still in the clear');
  });
});
