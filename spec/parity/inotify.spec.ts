/** `INotify`: changes of real files, pushed by `examples/watch-files.ts`. */
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { FileChanges } from '../../examples/watch-files.js';
import { ProducerReadable } from '../../lib/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { DrivenConsumer } from '../support/consumers.js';

describe('Changes of files, as a push producer', () => {
  const folder = temporaryFolder();
  let consumer: DrivenConsumer;
  beforeEach(() => (consumer = new DrivenConsumer()));
  afterEach(() => consumer.producer?.stopProducing());

  /** Changes the file until `sees`: a watcher may take a moment to begin. */
  async function change(name: string, sees: () => boolean): Promise<void> {
    for (let count = 0; !sees(); count++) {
      folder.write(name, String(count));
      await delay(5);
    }
  }
  const names = () => new Set(String(consumer.received).trim().split('\n'));

  it('are written to the consumer', async () => {
    new FileChanges(folder.path(''), consumer);
    expect(consumer.log).to.deep.equal(['register push']);
    await change('one', () => names().has('one'));
    await change('two', () => names().has('two'));
  });

  it('wait while the consumer has paused it, each name once', async () => {
    new FileChanges(folder.path(''), consumer);
    await change('before', () => names().has('before'));
    consumer.pause();
    const count = consumer.chunks.length;
    for (let times = 0; times < 20; times++) folder.write('meanwhile', String(times));
    // A second watcher tells when the first must have heard of it.
    const other = new DrivenConsumer();
    const witness = new FileChanges(folder.path(''), other);
    while (!String(other.received).includes('witness')) {
      folder.write('witness', '');
      await delay(5);
    }
    witness.stopProducing();
    expect(consumer.chunks).to.have.length(count);
    consumer.resume();
    await change('after', () => names().has('after'));
    expect(
      String(consumer.received)
        .split('\n')
        .filter((name) => name === 'meanwhile'),
    ).to.have.length(1);
  });

  it('end when the reader has seen enough: the process has nothing open then', async () => {
    const readable = new ProducerReadable();
    new FileChanges(folder.path(''), readable);
    const writing = setInterval(() => folder.write('again', ''), 5);
    for await (const data of readable as AsyncIterable<Buffer>) {
      expect(String(data)).to.include('again');
      break;
    }
    clearInterval(writing);
    expect(readable.producer).to.equal(null);
  });

  it('are not watched, and the consumer is told nothing, where there is no such folder', () => {
    expect(() => new FileChanges(folder.path('none'), consumer))
      .to.throw()
      .with.property('code', 'ENOENT');
    expect(consumer.log).to.deep.equal([]);
  });
});
