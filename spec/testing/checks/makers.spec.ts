/** The checks take what users' functions make, in each way in which Twisted's programs do it. */
import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';

import { expect } from 'chai';

import {
  FileSender,
  type IConsumer,
  type IPushProducer,
  Protocol,
  ReadableProducer,
} from '../../../lib/index.js';
import {
  checkConsumer,
  checkPullProducer,
  checkPushProducer,
  checkTransport,
  StringTransportWithDisconnection,
} from '../../../lib/testing/index.js';
import { rejection } from '../../support/rejection.js';
import { ModelConsumer } from './model-classes.js';

const patience = { timeout: 200, quiet: 5 };

/** Writes three pieces in a loop, as the producers in Twisted's guides do. */
class LoopingProducer implements IPushProducer {
  private left = 3;
  private paused = false;

  constructor(private readonly consumer: IConsumer) {}

  pauseProducing(): void {
    this.paused = true;
  }

  resumeProducing(): void {
    this.paused = false;
    while (!this.paused && this.left > 0) this.consumer.write(Buffer.from(`${this.left--}`));
    if (this.paused || this.left < 0) return;
    this.left = -1;
    this.consumer.unregisterProducer();
  }

  stopProducing(): void {
    this.paused = true;
    this.left = -1;
  }
}

describe('The checks take', () => {
  it('a class in place of a function', () => checkConsumer(ModelConsumer as never, patience));

  it('a push producer that is done before its maker returns', () =>
    checkPushProducer((consumer) => {
      const producer = new LoopingProducer(consumer);
      consumer.registerProducer(producer, true);
      producer.resumeProducing();
    }, patience));

  it('a push producer that begins when it is resumed for the first time', () =>
    checkPushProducer((consumer) => new LoopingProducer(consumer), patience));

  it("the promise of a whole transfer: FileSender's", () =>
    checkPullProducer((consumer) => {
      let left = 3;
      const file = { read: () => Buffer.from(left-- > 0 ? 'piece' : '') };
      return new FileSender().beginFileTransfer(file, consumer) as never;
    }, patience));

  it("the promise of a whole transfer: a ReadableProducer's", () =>
    checkPushProducer(
      (consumer) =>
        new ReadableProducer(
          Readable.from([Buffer.from('one'), Buffer.from('two')]),
        ).startProducing(consumer),
      patience,
    ));
});

describe('The checks refuse', () => {
  const nothing = () => undefined as never;
  const makers: Record<string, () => Promise<void>> = {
    consumer: () => checkConsumer(nothing, patience),
    'push producer': () => checkPushProducer(nothing, patience),
    'pull producer': () => checkPullProducer(nothing, patience),
    transport: () => checkTransport(nothing, patience),
    'transport beside a peer': () =>
      checkTransport(() => ({ transport: undefined, peer: [] }) as never, patience),
  };
  for (const [what, check] of Object.entries(makers)) {
    it(`a maker that makes no ${what}`, async () => {
      expect(await rejection(check())).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
    });
  }

  it('a maker that makes null', async () => {
    const checked = checkConsumer(() => null as never, patience);
    expect(await rejection(checked)).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
  });

  for (const check of [checkPushProducer, checkPullProducer, checkTransport]) {
    it(`a value that is not a function, and wrong options: ${check.name}`, async () => {
      expect(await rejection(check(5 as never))).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
      for (const options of [null, 5]) {
        const checked = check(() => ({}) as never, options as never);
        expect(await rejection(checked)).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
      }
    });
  }

  it('a misspelt option', async () => {
    const checked = checkConsumer(() => new ModelConsumer(), { timeOut: 5 } as never);
    expect(await rejection(checked))
      .to.have.property('message')
      .that.contains('"timeout"');
  });

  it('no error of a maker as a broken rule: they reject with it', async () => {
    const thrown = new Error('no producer today');
    const make = () => Promise.reject(thrown);
    expect(await rejection(checkPushProducer(make, patience))).to.equal(thrown);
    expect(await rejection(checkPullProducer(make, patience))).to.equal(thrown);
  });

  for (const check of [checkConsumer, checkTransport]) {
    it(`a maker that never settles: ${check.name}`, async () => {
      const checked = check(() => new Promise<never>(() => {}), { timeout: 20 });
      const error = await rejection(checked);
      expect(error).to.include({ name: 'RuleBrokenError', code: 'ERR_RULE_BROKEN' });
      expect(error).to.have.property('message').that.includes('its maker made nothing in 20 ms');
    });
  }

  it('a maker that is late; what it makes is closed', async () => {
    let settle!: (transport: StringTransportWithDisconnection) => void;
    const late = new Promise<StringTransportWithDisconnection>((resolve) => (settle = resolve));
    await rejection(checkTransport(() => late, { timeout: 20 }));
    const transport = new StringTransportWithDisconnection();
    transport.protocol = new Protocol();
    settle(transport);
    await late;
    await Promise.resolve();
    expect(transport.connected).to.equal(false);
  });

  it('a maker that never settles and registers no producer', async () => {
    const checked = checkPushProducer(() => new Promise<never>(() => {}), patience);
    expect(await rejection(checked)).to.include({ code: 'ERR_RULE_BROKEN' });
  });
});
