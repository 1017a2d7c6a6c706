import { expect } from 'chai';

import {
  ClientEndpoint,
  connect,
  Factory,
  listen,
  type ListenOptions,
} from '../../../lib/index.js';

import { Echo, local, portOf, Recorder } from '../../support/connections.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('listen and connect', () => {
  const folder = temporaryFolder(beforeEach, afterEach);

  describe('refuse bad input', () => {
    const refused = async (options: unknown, factory: unknown = Factory.forProtocol(Echo)) =>
      listen(factory as Factory, options as ListenOptions).then(
        () => undefined,
        (reason: unknown) => reason as Error & { code: string },
      );

    it('that names no place, or two, or a bad port', async () => {
      for (const options of [
        {},
        undefined,
        null,
        { path: 5 },
        { port: 1, path: 'x' },
        { path: '' },
        { port: 1, host: 1 },
        { port: '80' },
      ]) {
        expect(await refused(options)).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
        expect(() => connect(new Recorder(), options as never))
          .to.throw(TypeError)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      }
      for (const port of [-1, 65536, 1.5, NaN]) {
        expect(await refused({ port })).to.have.property('code', 'ERR_OUT_OF_RANGE');
        expect(() => connect(new Recorder(), { port })).to.throw(RangeError);
      }
    });

    it('that names an address for a Unix socket', async () => {
      const path = folder.path('socket');
      expect(await refused({ path, host: '127.0.0.1' })).to.include({
        code: 'ERR_INVALID_ARG_TYPE',
      });
      for (const address of [{ host: '127.0.0.1' }, { localAddress: '127.0.0.1' }]) {
        const options = { path, ...address } as never;
        expect(() => connect(new Recorder(), options))
          .to.throw(TypeError, 'a Unix socket has none')
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
        expect(() => new ClientEndpoint(options)).to.throw(TypeError, 'a Unix socket has none');
      }
    });

    it('that is not a factory, no timeout, no certificate', async () => {
      for (const factory of [null, {}, Echo]) {
        expect(await refused({ port: 0 }, factory)).to.have.property(
          'code',
          'ERR_INVALID_ARG_TYPE',
        );
        expect(() => connect(factory as never, { port: 1 }))
          .to.throw(TypeError)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      }
      for (const timeout of [0, -1, NaN]) {
        expect(() => connect(new Recorder(), { port: 1, timeout })).to.throw(RangeError);
      }
      expect(await refused({ port: 0, tls: { key: 'x', cert: 'y' } })).to.be.instanceOf(Error);
    });

    it('that can’t be listened on: a port in use, a path that can’t be written', async () => {
      const listening = await listen(Factory.forProtocol(Echo), { port: 0, ...local });
      expect(await refused({ port: portOf(listening), ...local })).to.include({
        name: 'CannotListenError',
        code: 'EADDRINUSE',
      });
      expect(await refused({ path: folder.path('no/folder') })).to.include({
        name: 'CannotListenError',
      });
      await listening.stopListening();
    });
  });
});
