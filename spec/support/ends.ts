/** A consumer and producers for what stands between them, with one log of what each was told. */
import type { IFinishableConsumer, IPushProducer } from '../../lib/twisted/core/interfaces.js';

export interface Ends {
  /** The calls, in order: of the consumer as `register push` or `write abc`, of a producer as `p pause`. */
  readonly log: string[];
  /** Takes everything and asks for nothing by itself. */
  readonly consumer: IFinishableConsumer & { producer: IPushProducer | null };
  readonly producer: IPushProducer;
  readonly other: IPushProducer;
  /** Functions that are called, once, from inside a call: `when['p resume'] = …`; of a write, `when['write']`. */
  readonly when: Record<string, (() => void) | undefined>;
  /** All that was written. */
  readonly received: () => string;
}

export function makeEnds(): Ends {
  const log: string[] = [];
  const when: Ends['when'] = {};
  const written: string[] = [];

  const called = (what: string, name = what): void => {
    log.push(what);
    const does = when[name];
    when[name] = undefined;
    does?.();
  };
  const makeProducer = (name: string): IPushProducer => ({
    pauseProducing: () => called(`${name} pause`),
    resumeProducing: () => called(`${name} resume`),
    stopProducing: () => called(`${name} stop`),
  });
  return {
    log,
    when,
    consumer: {
      producer: null,
      registerProducer(producer: object, streaming: boolean): void {
        this.producer = producer as IPushProducer;
        called(`register ${streaming ? 'push' : 'pull'}`, 'register');
      },
      unregisterProducer: () => called('unregister'),
      write: (data) => {
        const text = Buffer.from(data).toString();
        written.push(text);
        called(`write ${text}`, 'write');
      },
      finish: () => called('finish'),
    },
    producer: makeProducer('p'),
    other: makeProducer('q'),
    received: () => written.join(''),
  };
}

export const bytes = (text: string): Buffer => Buffer.from(text);
