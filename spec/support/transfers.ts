import type { IConsumer } from '../../lib/index.js';
import type {
  ReadableSource,
  SourceListener,
} from '../../lib/streams/producers/readable-source.js';
import { Transfer } from '../../lib/streams/producers/transfer.js';

/** A transfer, the source that it reads by hand, and all calls of the source and the consumer. */
export function made({
  streaming = true,
  consumer = {},
  isPausingCostly = false,
  to,
}: {
  streaming?: boolean;
  /** Members of the consumer, in place of the members that note their calls. */
  consumer?: object;
  isPausingCostly?: boolean;
  /** Another consumer in its place. */
  to?: IConsumer;
} = {}) {
  const calls: unknown[] = [];
  let listener!: SourceListener;
  const source: ReadableSource = {
    isPausingCostly,
    prepare: () => {},
    open: (given) => (listener = given),
    resume: () => calls.push('resume source'),
    pause: () => calls.push('pause source'),
    close: () => calls.push('close source'),
    destroy: (reason) => calls.push(reason === undefined ? 'destroy source' : reason),
  };
  const transfer = new Transfer(
    source,
    to ?? {
      registerProducer: (_producer: unknown, isPush: boolean) =>
        calls.push(`register ${isPush ? 'push' : 'pull'}`),
      unregisterProducer: () => calls.push('unregister'),
      write: (data: Uint8Array) => void calls.push(String(data)),
      ...consumer,
    },
    streaming,
  );
  transfer.register(transfer);
  transfer.start();
  return { transfer, calls, news: () => calls.splice(0), source: () => listener };
}
