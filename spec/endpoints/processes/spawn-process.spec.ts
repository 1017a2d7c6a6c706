import childProcess from 'node:child_process';
import { getEventListeners } from 'node:events';
import { pathToFileURL } from 'node:url';

import { expect } from 'chai';
import sinon from 'sinon';

import { ProcessExitedAlready, spawnProcess, type SpawnOptions } from '../../../lib/index.js';
import { Recorder } from '../../support/children.js';

describe('spawnProcess', () => {
  const callbacks = [
    'makeConnection',
    'childDataReceived',
    'childConnectionLost',
    'processExited',
    'processEnded',
  ];
  for (const missing of callbacks) {
    it(`refuses a protocol without ${missing}`, () => {
      const protocol = Object.assign(new Recorder(), { [missing]: undefined });
      expect(() => spawnProcess(protocol, 'true'))
        .to.throw(TypeError, 'a ProcessProtocol')
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(protocol.told).to.deep.equal([]);
    });
  }

  for (const executable of ['true', '/no/such/program']) {
    it(`leaves no listener on the signal when all is over: ${executable}`, async () => {
      const { signal } = new AbortController();
      await spawnProcess(new Recorder(), executable, [], { signal }).closed;
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    });
  }

  it('gives Node the user and the group, the environment and the directory', async () => {
    const spied = sinon.spy(childProcess, 'spawn');
    const options = { uid: 1, gid: 2, env: { PATH: process.env['PATH'] }, cwd: '/' };
    try {
      // It does not start if we may not be that user.
      await spawnProcess(new Recorder(), 'true', [], options).closed;
      const [, , given] = spied.firstCall.args as unknown as [string, string[], SpawnOptions];
      expect(given).to.deep.include(options);
    } finally {
      spied.restore();
    }
  });

  it('names the program that is not a string', () => {
    expect(() => spawnProcess(new Recorder(), 5 as never)).to.throw(TypeError, '"executable"');
  });

  it('refuses a directory that is a URL', () => {
    const cwd = pathToFileURL('/') as never;
    expect(() => spawnProcess(new Recorder(), 'true', [], { cwd })).to.throw(
      TypeError,
      '"options.cwd" argument must be a path',
    );
  });

  it('says ProcessExitedAlready of a process that Node has yet to report', async () => {
    const transport = spawnProcess(new Recorder(), 'true');
    const stubbed = sinon.stub(process, 'kill');
    stubbed.throws(Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' }));
    try {
      expect(() => transport.signalProcess('TERM')).to.throw(ProcessExitedAlready);
    } finally {
      stubbed.restore();
    }
    await transport.closed;
  });

  it('takes no option with small letters in its name for a variable of an environment', async () => {
    const options = { argV0: 'true', Detached: false } as never;
    const protocol = new Recorder();
    await spawnProcess(protocol, 'true', [], options).closed;
    expect(protocol.reason).to.include({ exitCode: 0 });
  });
});
