import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import { ConnectionLost, DuplexTransport } from '../../../lib/index.js';
import { tcpPair, unixPair } from '../../support/sockets.js';
import { Recorder, connected } from '../../support/recording-protocols.js';

describe('DuplexTransport', () => {
  describe('addresses and options', () => {
    it('are those of the socket', async () => {
      const { transport, peer } = await connected(new Recorder());
      const { localPort, remotePort } = peer;
      const at = { type: 'TCP', family: 'IPv4', host: '127.0.0.1' };
      expect(transport.getPeer()).to.deep.equal({ ...at, port: localPort });
      expect(transport.getHost()).to.deep.equal({ ...at, port: remotePort });
      peer.end();
      await transport.closed;
      expect(transport.getPeer()).to.deep.equal({ ...at, port: localPort });
    });

    it('are known in connectionLost, although they were not asked for before', async () => {
      let lost: unknown;
      const protocol = new (class extends Recorder {
        override connectionLost(): void {
          lost = this.transport.getPeer();
        }
      })();
      const { transport, peer } = await connected(protocol);
      const { localPort } = peer;
      peer.end();
      await transport.closed;
      expect(lost).to.have.property('port', localPort);
    });

    it('are known in connectionLost after a reset too, when the socket has forgotten them', async () => {
      const { protocol, transport, peer } = await connected(new Recorder());
      const { localPort } = peer;
      let lost: unknown;
      protocol.connectionLost = () => (lost = transport.getPeer());
      peer.resetAndDestroy();
      expect(await transport.closed).to.be.instanceOf(ConnectionLost);
      expect(lost).to.have.property('port', localPort);
    });

    it('are TCP addresses, though Node does not know the one that is asked for', async () => {
      const { protocol, transport, peer } = await connected(new Recorder());
      let lost: unknown;
      protocol.connectionLost = () => (lost = transport.getHost());
      peer.resetAndDestroy();
      await transport.closed;
      expect(lost).to.deep.equal({ type: 'TCP', family: 'IPv4', host: '0.0.0.0', port: 0 });
      const accepted = Object.assign(new PassThrough(), {
        ...{ localAddress: '::1', localPort: 80, remoteAddress: undefined },
      });
      expect(new DuplexTransport(accepted).getPeer()).to.deep.equal({
        ...{ type: 'TCP', family: 'IPv6', host: '::', port: 0 },
      });
    });

    it('are kept for connectionLost where the stream forgets at its close that it was one of TCP', async () => {
      const accepted = Object.assign(new PassThrough(), {
        ...{ localAddress: '::1', localPort: 80, remoteAddress: undefined },
      });
      let lost: unknown;
      const protocol = new Recorder();
      protocol.connectionLost = () => (lost = transport.getPeer());
      const transport = new DuplexTransport(accepted, { protocol });
      Object.assign(accepted, { localAddress: undefined });
      accepted.destroy();
      await transport.closed;
      expect(lost).to.deep.equal({ type: 'TCP', family: 'IPv6', host: '::', port: 0 });
    });

    it('are those of a pipe for a stream that knows a host without a port', () => {
      const stream = Object.assign(new PassThrough(), {
        ...{ localAddress: '10.0.0.1', remotePort: 80 },
      });
      const transport = new DuplexTransport(stream);
      expect([transport.getHost(), transport.getPeer()]).to.deep.equal([
        { type: 'PIPE' },
        { type: 'PIPE' },
      ]);
    });

    it('are Unix and pipe addresses for sockets without a port', async () => {
      const { transport, peer } = await connected(new Recorder(), unixPair);
      expect(transport.getPeer()).to.deep.equal({ type: 'UNIX', name: null });
      peer.end();
      await transport.closed;
      expect(new DuplexTransport(new PassThrough()).getHost()).to.deep.equal({ type: 'PIPE' });
    });

    it('reach the socket', async () => {
      const { server, client } = await tcpPair();
      const told: unknown[] = [];
      server.setNoDelay = (enabled) => (told.push('no delay', enabled), server);
      server.setKeepAlive = (enabled) => (told.push('keep alive', enabled), server);
      const transport = new DuplexTransport(server, { protocol: new Recorder() });
      transport.setTcpNoDelay(true);
      transport.setTcpKeepAlive(true);
      expect(told).to.deep.equal(['no delay', true, 'keep alive', true]);
      client.end();
      await transport.closed;
    });

    it('are nothing to a stream that is not a socket', () => {
      const transport = new DuplexTransport(new PassThrough());
      transport.setTcpNoDelay(true);
      transport.setTcpKeepAlive(true);
      expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([true, true]);
      expect(transport).to.include({
        authorized: false,
        authorizationError: null,
        negotiatedProtocol: null,
      });
      expect(transport.getPeerCertificate()).to.equal(null);
    });

    it('remember the values that they were set to', async () => {
      const { transport, peer } = await connected(new Recorder());
      expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([
        false,
        false,
      ]);
      transport.setTcpNoDelay(true);
      transport.setTcpKeepAlive(true);
      expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([true, true]);
      expect(transport.logPrefix()).to.equal('Recorder');
      peer.end();
      await transport.closed;
    });
  });
});
