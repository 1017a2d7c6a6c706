/** The write half of the streams that stand in front of a consumer. */
import { Buffer } from 'node:buffer';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConsumerGate } from '../../../lib/streams/as-streams/consumer-gate.js';
import { failure, fails } from '../../support/failure.js';
import { loggedErrors } from '../../support/logged.js';

const chunk = Buffer.from('chunk');

/** A gate before a consumer whose `write` does `act`, and a record of all calls. */
function made(act: (gate: ConsumerGate) => unknown = () => undefined) {
  const told: unknown[] = [];
  const gate = new ConsumerGate({ destroy: (error: Error) => told.push(error) } as never);
  const consumer = {
    write(data: Uint8Array): void {
      told.push(String(data));
      return act(gate) as undefined;
    },
  };
  const write = (data = 'chunk') =>
    gate.write(Buffer.from(data), (error) => told.push(error ?? 'done'));
  return { gate, consumer, told, write };
}

describe('ConsumerGate', () => {
  const logged = loggedErrors();

  it('tells of a rejection when no chunk is on its way', async () => {
    const { gate, consumer, told, write } = made(() => Promise.reject(failure));
    gate.open(consumer);
    write();
    await turn();
    expect(told).to.deep.equal(['chunk', 'done', failure]);
    write();
    await turn();
    expect(told.slice(3)).to.deep.equal([failure]);
    expect(logged).to.deep.equal([]);
  });

  it('keeps a chunk until there is a consumer', () => {
    const { gate, consumer, told, write } = made();
    write();
    expect(told).to.deep.equal([]);
    gate.open(consumer);
    expect(told).to.deep.equal(['chunk', 'done']);
  });

  it('calls back when the consumer has taken a chunk, although it resumes the gate meanwhile', () => {
    const { gate, consumer, told, write } = made(() => {
      gate.pauseProducing();
      gate.resumeProducing();
      told.push('taken');
    });
    gate.open(consumer);
    write();
    gate.pauseProducing();
    write();
    gate.resumeProducing();
    const once = ['chunk', 'taken', 'done'];
    expect(told).to.deep.equal([...once, ...once]);
  });

  it('flushes the chunks that wait to a consumer that has paused it, or that it is not open to yet', () => {
    const unopened = made();
    unopened.write('first');
    unopened.gate.flush(unopened.consumer, [Buffer.from('second')]);
    expect(unopened.told).to.deep.equal(['first', 'second']);
    const paused = made();
    paused.gate.open(paused.consumer);
    paused.gate.pauseProducing();
    paused.write('first');
    paused.gate.flush(paused.consumer, [Buffer.from('second')]);
    expect(paused.told).to.deep.equal(['first', 'second']);
  });

  it('flushes a chunk once to a consumer that resumes it, or flushes it, as it takes the chunk', () => {
    const resumed = made((gate) => gate.resumeProducing());
    resumed.gate.open(resumed.consumer);
    resumed.gate.pauseProducing();
    resumed.write('first');
    resumed.gate.flush(resumed.consumer, [Buffer.from('second')]);
    expect(resumed.told).to.deep.equal(['first', 'done', 'second']);
    const flushed = made((gate) => gate.flush(flushed.consumer, []));
    flushed.gate.open(flushed.consumer);
    flushed.gate.pauseProducing();
    flushed.write('first');
    flushed.gate.resumeProducing();
    expect(flushed.told).to.deep.equal(['first', 'done']);
  });

  it('flushes nothing more to a consumer that stops it meanwhile', () => {
    const { gate, consumer, told } = made(() => gate.finish(failure));
    gate.open(consumer);
    gate.flush(consumer, [Buffer.from('first'), Buffer.from('second')]);
    expect(told).to.deep.equal(['first']);
  });

  it('fails the chunk on its way only when it is told to, once it is closed', async () => {
    const { gate, consumer, told, write } = made();
    gate.open(consumer);
    gate.pauseProducing();
    write();
    gate.close(failure);
    gate.resumeProducing();
    await turn();
    expect(told).to.deep.equal([]);
    gate.fail();
    expect(told).to.deep.equal([]);
    await turn();
    expect(told).to.deep.equal([failure]);
  });

  it('counts a chunk as written if the consumer takes it, then stops and pauses the gate', async () => {
    const { gate, consumer, told, write } = made(() => {
      gate.finish(failure);
      gate.pauseProducing();
    });
    gate.open(consumer);
    write();
    await turn();
    expect(told).to.deep.equal(['chunk', 'done']);
    write('late');
    expect(told.slice(2)).to.deep.equal([failure]);
  });

  it('fails the chunk for which its consumer throws, and only logs an error after a stop', () => {
    const { gate, consumer, told, write } = made(fails);
    gate.open(consumer);
    write();
    expect(told).to.deep.equal(['chunk', failure]);
    expect(logged).to.deep.equal([]);
    const stopping = made((gate) => {
      gate.finish(new Error('stopped'));
      fails();
    });
    stopping.gate.open(stopping.consumer);
    stopping.write();
    expect(logged).to.deep.equal([failure]);
  });

  it('fails the chunk for which its consumer rejects, also while it is paused', async () => {
    const { gate, consumer, told, write } = made(() => {
      gate.pauseProducing();
      return Promise.reject(failure);
    });
    gate.open(consumer);
    write();
    expect(told).to.deep.equal(['chunk']);
    await turn();
    expect(told).to.deep.equal(['chunk', failure]);
    expect(logged).to.deep.equal([]);
  });

  it('fails a chunk for the error with which it was closed, and logs that of its consumer', async () => {
    const { gate, consumer, told, write } = made(() => {
      gate.pauseProducing();
      return Promise.reject(failure);
    });
    gate.open(consumer);
    write();
    const closed = new Error('closed');
    gate.close(closed);
    await turn();
    gate.fail();
    await turn();
    expect(told).to.deep.equal(['chunk', closed]);
    expect(logged).to.deep.equal([failure]);
  });

  it('only logs a rejection after a stop, once', async () => {
    const { gate, consumer, told, write } = made((gate) => {
      gate.finish(new Error('stopped'));
      return Promise.reject(failure);
    });
    gate.open(consumer);
    write();
    await turn();
    expect(told).to.deep.equal(['chunk', 'done']);
    expect(logged).to.deep.equal([failure]);
  });

  it('lets the event loop turn before it calls back, if its consumer takes long', async () => {
    const { gate, consumer, told, write } = made(() => {
      const end = performance.now() + 2;
      while (performance.now() < end); // Longer than a turn of the loop may be.
    });
    gate.open(consumer);
    const isLate = () => told.at(-1) === 'chunk';
    for (let writes = 0; writes < 200 && !isLate(); writes += 1) {
      gate.pauseProducing();
      write();
      gate.resumeProducing();
    }
    expect(isLate()).to.equal(true);
    await turn();
    await turn();
    expect(told.at(-1)).to.equal('done');
  });

  it('fails a chunk that waits when its consumer stops it, but not a chunk without bytes', () => {
    for (const [data, outcome] of [
      ['chunk', failure],
      ['', 'done'],
    ] as const) {
      const { gate, consumer, told, write } = made();
      gate.open(consumer);
      gate.pauseProducing();
      write(data);
      gate.finish(failure);
      expect(told).to.deep.equal([outcome]);
    }
  });

  describe('told to hand over all that was written', () => {
    /** The answer of `handOver` when `writes` were made to a corked stream before the gate. */
    const answers = (corks: number, ...writes: string[]) => {
      const { gate } = made();
      const stream = new Writable({
        write: (data, _encoding, callback) => gate.write(data, callback),
      });
      for (let count = 0; count < corks; count += 1) stream.cork();
      for (const data of writes) stream.write(data);
      const isBuffering = gate.handOver(stream);
      expect(stream.writableCorked).to.equal(0);
      return isBuffering;
    };

    it('uncorks the stream, and knows whether bytes are still to come', () => {
      expect(answers(0)).to.equal(false);
      expect(answers(2)).to.equal(false);
      expect(answers(0, 'waits')).to.equal(true);
      expect(answers(2, 'corked')).to.equal(true);
      expect(answers(0, '', 'behind')).to.equal(true);
      expect(answers(0, '')).to.equal(false);
      expect(answers(2, '')).to.equal(false);
    });
  });

  it('calls back once for each chunk', () => {
    const { gate, consumer, told } = made();
    gate.open(consumer);
    let calls = 0;
    for (let writes = 1; writes <= 3; writes += 1) {
      gate.write(chunk, () => (calls += 1));
      gate.resumeProducing();
      expect(calls).to.equal(writes);
    }
    expect(told).to.have.length(3);
  });
});
