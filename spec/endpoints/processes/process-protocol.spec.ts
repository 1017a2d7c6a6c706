import { expect } from 'chai';

import { ProcessProtocol, ProcessTerminated, spawnProcess } from '../../../lib/index.js';
import { loggedEvents } from '../../support/logged.js';

describe('ProcessProtocol', () => {
  it('is connected from makeConnection on, also after the process has ended', async () => {
    const seen: boolean[] = [];
    class Seeing extends ProcessProtocol {
      override connectionMade(): void {
        seen.push(this.connected);
      }
      override processEnded(): void {
        seen.push(this.connected);
      }
    }
    const protocol = new Seeing();
    seen.push(protocol.connected);
    await spawnProcess(protocol, 'true').closed;
    expect(seen).to.deep.equal([false, true, true]);
  });

  it('has a method for what comes from each standard descriptor, and none for others', () => {
    const told: string[] = [];
    class Told extends ProcessProtocol {
      override outReceived(data: Buffer): void {
        told.push(`out ${String(data)}`);
      }
      override errReceived(data: Buffer): void {
        told.push(`err ${String(data)}`);
      }
      override inConnectionLost(): void {
        told.push('in lost');
      }
      override outConnectionLost(): void {
        told.push('out lost');
      }
      override errConnectionLost(): void {
        told.push('err lost');
      }
    }
    const protocol = new Told();
    for (const childFD of [0, 1, 2, 3]) {
      protocol.childDataReceived(childFD, Buffer.from(`from ${childFD}`));
    }
    for (const childFD of [3, 0, 1, 2]) protocol.childConnectionLost(childFD);
    expect(told).to.deep.equal(['out from 1', 'err from 2', 'in lost', 'out lost', 'err lost']);
  });
});

describe('A ProcessProtocol whose callbacks throw', () => {
  const logged = loggedEvents();

  it('is named by the log, which says which descriptor is closed', async () => {
    class Careless extends ProcessProtocol {
      override outReceived(): void {
        throw new Error('in outReceived');
      }
      override errReceived(): void {
        return Promise.reject(new Error('in errReceived')) as unknown as void;
      }
      override processExited(): void {
        throw new Error('in processExited');
      }
      override processEnded(): void {
        return Promise.reject(new Error('in processEnded')) as unknown as void;
      }
    }
    await spawnProcess(new Careless(), 'sh', ['-c', 'echo out; echo err >&2']).closed;
    await new Promise(setImmediate);
    const lines = logged.map(({ error, why }) => `${(error as Error).message}: ${why}`);
    expect(lines.sort()).to.deep.equal([
      'in errReceived: Careless: a callback threw; descriptor 2 is closed',
      'in outReceived: Careless: a callback threw; descriptor 1 is closed',
      'in processEnded: Careless: a callback threw',
      'in processExited: Careless: a callback threw',
    ]);
  });
});

describe('A ProcessTerminated', () => {
  it('says how the process ended', () => {
    const messages = [
      new ProcessTerminated(3),
      new ProcessTerminated(null, 'SIGTERM'),
      new ProcessTerminated(),
      new ProcessTerminated(null, null, { cause: new Error('no such program') }),
    ].map(({ message }) => message);
    expect(messages).to.deep.equal([
      'process ended with exit code 3',
      'process ended by signal SIGTERM',
      'process ended',
      "process couldn't be started: no such program",
    ]);
  });
});
