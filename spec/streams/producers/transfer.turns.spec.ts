/** A transfer lets the event loop turn, however much its source gives at once. */
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { WritableConsumer } from '../../../lib/index.js';
import { KIB } from '../../support/sizes.js';
import { rejection } from '../../support/rejection.js';
import { made } from '../../support/transfers.js';
import { until } from '../../support/until.js';

/** A consumer of a stream that takes everything at once, and what the stream was given. */
function directConsumer() {
  const written: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  return { to: new WritableConsumer(stream), written };
}

describe('A transfer of many chunks that come at once', () => {
  it('passes on some of them, lets the event loop turn, and goes on in order', async () => {
    const { transfer, calls, news, source } = made();
    await turn();
    news();
    const names = Array.from({ length: 300 }, (_, i) => String(i));
    for (const name of names) source().onChunk(Buffer.from(name));
    source().onEnd();
    const atOnce = calls.filter((call) => call !== 'pause source');
    expect(atOnce).to.deep.equal(names.slice(0, atOnce.length));
    expect(atOnce.length).to.be.within(1, 100);
    expect(calls).to.include('pause source');
    expect(transfer.isRunning).to.equal(true);
    await transfer.done;
    expect(news().filter((call) => names.includes(String(call)))).to.deep.equal(names);
  });

  it('goes on by itself once the event loop has turned', async () => {
    const { calls, news, source } = made();
    news();
    for (let count = 0; !calls.includes('pause source'); count += 1) {
      source().onChunk(Buffer.from(String(count)));
    }
    news();
    await until(() => calls.includes('resume source'));
  });

  it('to an idle WritableConsumer is limited by the time alone', async () => {
    const { to, written } = directConsumer();
    const { calls, news, source } = made({ to });
    let most = 0;
    for (let turns = 0; turns < 50 && most <= 100; turns += 1) {
      await turn();
      news();
      const before = written.length;
      const chunk = Buffer.alloc(4 * KIB);
      let count = 0;
      while (!calls.includes('pause source') && count < 3_000_000) {
        source().onChunk(chunk);
        count += 1;
      }
      expect(count, 'the event loop turns').to.be.below(3_000_000);
      most = Math.max(most, written.length - before);
      await until(() => calls.includes('resume source'));
    }
    expect(most).to.be.above(100);
  });
});

describe('A transfer to an idle WritableConsumer', () => {
  const large = Buffer.alloc(16 * KIB);

  it('passes bytes on to its stream as they come', () => {
    const { to, written } = directConsumer();
    const { source } = made({ to });
    source().onChunk(large);
    expect(written).to.deep.equal([large]);
    expect(written[0]).to.equal(large);
  });

  it('lets it refuse what is not bytes', async () => {
    const { to, written } = directConsumer();
    const { transfer, source } = made({ to });
    source().onChunk({ an: 'object', length: 16 * KIB });
    expect(await rejection(transfer.done)).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
    expect(written).to.deep.equal([]);
    expect(to.producer).to.equal(null);
  });

  it('leaves it to gather them if it asks for each', async () => {
    const { to, written } = directConsumer();
    const { source } = made({ to, streaming: false });
    source().onChunk(large);
    expect(written).to.deep.equal([]);
    await until(() => written.length === 1);
  });
});
