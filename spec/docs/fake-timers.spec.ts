import net from 'node:net';
import { once } from 'node:events';

import sinon from 'sinon';

import { Factory, listen, Protocol } from '../../lib/index.js';

describe('The page on fake timers', () => {
  it('says with which fakes of sinon the network goes on', async () => {
    const clock = sinon.useFakeTimers({ toNotFake: ['nextTick'] });
    try {
      const port = await listen(Factory.forProtocol(Protocol), { port: 0, host: '127.0.0.1' });
      const client = net.connect(port.getHost().port, '127.0.0.1');
      await once(client, 'connect');
      client.destroy();
      await port.stopListening();
    } finally {
      clock.restore();
    }
  });
});
