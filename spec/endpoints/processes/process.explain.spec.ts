import { inspect } from 'node:util';

import { expect } from 'chai';

import { explain, ProcessProtocol, spawnProcess } from '../../../lib/index.js';
import { PushProducer } from '../../support/producers.js';
import { until } from '../../support/until.js';

describe('explain of a child process', () => {
  it('says what the input waits for, and why the process has ended', async () => {
    const protocol = new ProcessProtocol();
    const transport = spawnProcess(protocol, 'sleep', ['30']); // It reads nothing.
    transport.registerProducer(new PushProducer(transport, Buffer.alloc(1), 1), true);
    for (let i = 0; i < 100; i++) transport.write(Buffer.alloc(10_000));
    expect(explain(transport)).to.match(/^open: producer PushProducer is paused; \d+ of \d+ bytes/);
    expect(inspect(transport)).to.equal(`ProcessTransport <${explain(transport)}>`);
    transport.signalProcess('KILL');
    await transport.closed;
    expect(explain(transport)).to.match(/^lost: ProcessTerminated, /);

    const idle = spawnProcess(new ProcessProtocol(), 'sleep', ['30']);
    idle.closeChildFD(0);
    await until(() => explain(idle) === 'input closed: the process runs');
    idle.signalProcess('KILL');
    await idle.closed;
  });
});
