import { expect } from 'chai';
import sinon from 'sinon';
import net from 'node:net';

import { CannotListenError, Factory, listen, Protocol } from '../../../lib/index.js';
import { local } from '../../support/connections.js';
import { ROOT, run } from '../../support/programs.js';
import { rejection } from '../../support/rejection.js';

const PROGRAM = `
import { Factory, listen, Protocol } from 'twisted-streams';
const factory = Factory.forProtocol(Protocol);
for (const place of [{ port: 0 }, { port: 0, host: '127.0.0.1' }, { path: 'socket' }]) {
  await listen(factory, place).catch(({ name, code }) => console.log(name, code));
}
console.log(factory.numPorts);
`;

describe('listen, where Node may not use the network', () => {
  it('rejects, with a host and without', async function () {
    if (!process.allowedNodeEnvironmentFlags.has('--allow-net')) this.skip();
    const args = ['--permission', '--allow-fs-read=*', '--input-type=module', '-e', PROGRAM];
    const { stdout, code } = await run(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(stdout).to.equal(`${'CannotListenError ERR_ACCESS_DENIED\n'.repeat(3)}0\n`);
    expect(code).to.equal(0);
  });

  it('rejects where Node throws at once', async () => {
    const denied = Object.assign(new Error('denied'), { code: 'ERR_ACCESS_DENIED' });
    const stub = sinon.stub(net.Server.prototype, 'listen').throws(denied);
    try {
      const error = await rejection(listen(Factory.forProtocol(Protocol), { port: 0, ...local }));
      expect(error).to.be.instanceOf(CannotListenError);
      expect(error).to.include({ code: 'ERR_ACCESS_DENIED', cause: denied });
    } finally {
      stub.restore();
    }
  });
});
