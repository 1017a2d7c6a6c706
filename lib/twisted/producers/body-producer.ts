import type { IConsumer, IPushProducer } from '../core/index.js';

/**
 * The `length` of a body of unknown length.
 *
 * @example
 * ```ts
 * class Body implements IBodyProducer {
 *   readonly length: IBodyProducer['length'] = UNKNOWN_LENGTH; // Without a type, it is any symbol.
 *   // …
 * }
 * if (body.length !== UNKNOWN_LENGTH) request.setHeader('content-length', body.length);
 * ```
 *
 * @see Twisted: `twisted.web.iweb.UNKNOWN_LENGTH`
 */
export const UNKNOWN_LENGTH: unique symbol = /* @__PURE__ */ Symbol('UNKNOWN_LENGTH');

/**
 * Writes the body of a request. The code that sends the request registers this as a push producer
 * of its consumer, and unregisters it when the promise has settled.
 *
 * @see Twisted: `twisted.web.iweb.IBodyProducer`
 */
export interface IBodyProducer extends IPushProducer {
  /** How many bytes it will write, or {@link UNKNOWN_LENGTH}. */
  readonly length: number | typeof UNKNOWN_LENGTH;
  /**
   * Writes the body; it doesn't wait for a `resumeProducing` to begin. It neither registers nor
   * unregisters.
   *
   * @param consumer - Takes the bytes. Its `write` may pause, resume or stop this.
   * @returns a promise that resolves once all bytes were written, rejects with the error that
   *   prevented that, and never settles after `stopProducing`.
   */
  startProducing(consumer: Pick<IConsumer, 'write'>): Promise<void>;
  /** Writes no more. The promise of `startProducing` never settles. */
  stopProducing(): void;
}
