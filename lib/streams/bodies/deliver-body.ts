import { asError } from '../../base/as-error.js';
import { checkedBuffer } from '../../base/bytes.js';
import { InvalidArgTypeError, InvalidStateError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { membersOf } from '../../base/members.js';
import { isThenable } from '../../base/rejection.js';
import {
  assertProtocol,
  ConnectionDone,
  heed,
  type IConsumer,
  type IProtocol,
  type IPushProducer,
} from '../../twisted/core/index.js';
import { assertUnread, isWebReadable, type ReadableLike } from '../any-stream/index.js';
import { ReadableProducer } from '../producers/index.js';
import { BodyTransport } from './body-transport.js';
import { PotentialDataLoss, ResponseDone, ResponseFailed } from './errors.js';

/** The bodies that were delivered, or are being delivered. */
const delivered = /* @__PURE__ */ new WeakSet<object>();

/**
 * Delivers a body to a protocol: that of an HTTP response (an `http.IncomingMessage`, the `body` of
 * a `fetch`), of a request, or of anything else that can be read. To the protocol it is a
 * connection that only receives: it is connected before this returns, and may pause, resume and
 * close its transport.
 *
 * `connectionLost` is given `ResponseDone` once everything was delivered, also if the protocol has
 * closed its transport at the last byte of the `content-length`; `PotentialDataLoss` if only the end
 * of the connection said that; else `ResponseFailed`, with the `cause`.
 *
 * @example
 * ```ts
 * http.get('http://example.com/', (response) => deliverBody(response, new Printer()));
 * ```
 *
 * @param readable - The body to read. Do not read from it directly.
 * @param protocol - The protocol that receives it.
 * @throws InvalidArgTypeError: `readable` can't be read from, or `protocol` is not a protocol.
 * @throws InvalidStateError: it was delivered before, or another reader has it.
 * @throws the error that the protocol's `makeConnection` throws: nothing was read.
 * @see Twisted: `twisted.web.iweb.IResponse.deliverBody`
 */
export function deliverBody(readable: ReadableLike, protocol: IProtocol): void {
  assertProtocol(protocol);
  assertNoResponse(readable);
  const producer = new ReadableProducer(readable);
  if (delivered.has(readable)) throw new InvalidStateError('This body was delivered before');
  assertUnread(readable);
  if (isWebReadable(readable) && readable.locked) {
    throw new InvalidStateError('Another reader has this body: it is locked');
  }
  const delivery = new Delivery(readable, protocol, producer);
  delivered.add(readable);
  try {
    delivery.connect();
  } catch (thrown) {
    delivered.delete(readable);
    throw thrown;
  }
  void delivery.run();
}

/** @throws InvalidArgTypeError: `value` is the response of a `fetch`, whose body is to be read. */
function assertNoResponse(value: unknown): void {
  const { body, on } = membersOf(value);
  if (on !== undefined || isWebReadable(value) || !isWebReadable(body)) return;
  throw new InvalidArgTypeError('readable', 'the `body` of a response of `fetch`', value);
}

/** One body, on its way to one protocol. It is the consumer of the producer that reads the body. */
class Delivery implements IConsumer {
  private readonly transport: BodyTransport;
  private paused = false;
  /** Bytes that the protocol was given. */
  private received = 0;

  constructor(
    private readonly body: ReadableLike,
    private readonly protocol: IProtocol,
    private readonly producer: ReadableProducer,
  ) {
    this.transport = new BodyTransport(body, {
      pauseProducing: () => this.pause(true),
      resumeProducing: () => this.pause(false),
      stopProducing: () => producer.stopProducing(),
    });
  }

  /** Remembered, too: the protocol may pause before anything is read. */
  private pause(paused: boolean): void {
    this.paused = paused;
    if (paused) this.producer.pauseProducing();
    else this.producer.resumeProducing();
  }

  /** @throws the error that the protocol throws. */
  connect(): void {
    const { protocol, transport } = this;
    heed(protocol.makeConnection(transport), protocol, 'makeConnection', transport);
  }

  /** Delivers it all, then says how that ended. Never rejects. */
  async run(): Promise<void> {
    const { body, protocol, transport } = this;
    let reason: Error;
    try {
      await this.producer.startProducing(this);
      reason = endedWithConnection(body) ? new PotentialDataLoss() : new ResponseDone();
    } catch (thrown) {
      const { closeReason } = transport;
      // A protocol that counts may close at the last byte: nothing was cut off.
      const isWhole = closeReason instanceof ConnectionDone && this.received === lengthOf(body);
      reason = isWhole
        ? new ResponseDone()
        : new ResponseFailed([closeReason ?? asError(thrown)], body);
    }
    transport.over();
    try {
      const told: unknown = protocol.connectionLost(reason);
      await told; // It may fail later.
    } catch (thrown) {
      log.err(thrown, 'The protocol of a body failed in connectionLost');
    }
  }

  registerProducer(producer: IPushProducer): void {
    if (this.paused) producer.pauseProducing();
  }

  unregisterProducer(): void {}

  /**
   * An error that the protocol throws ends the transfer, and is its reason.
   *
   * @returns a promise that never rejects, if the protocol returned one: the end of the body waits
   *   until that may have rejected.
   * @throws InvalidArgTypeError: the body, which is in object mode, gave a value that is not bytes.
   */
  write(chunk: unknown): unknown {
    const data = checkedBuffer(chunk, 'chunk');
    this.received += data.length;
    let returned: unknown;
    try {
      returned = this.protocol.dataReceived(data);
    } catch (thrown) {
      log.err(thrown, 'The protocol of a body threw; its delivery ends');
      throw thrown;
    }
    heed(returned, this.protocol, 'dataReceived', this.transport);
    return isThenable(returned) ? Promise.resolve() : undefined;
  }
}

/** The properties of an `http.IncomingMessage`. */
interface MessageLike {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly httpVersionMajor?: number;
  readonly req?: { readonly method?: string };
  readonly statusCode?: number | null;
}

/** How many bytes `body` has, if it is that of an HTTP message which says so; else not a number. */
function lengthOf(body: object): number {
  return Number((body as MessageLike).headers?.['content-length']);
}

/** Statuses of responses that have no body. */
const NO_BODY = [204, 304];

/** Whether `body` is of a response that ends with its connection, so that it may be cut short. */
function endedWithConnection(body: object): boolean {
  const { headers, httpVersionMajor, req, statusCode } = body as MessageLike;
  if (typeof statusCode !== 'number' || httpVersionMajor !== 1 || headers === undefined)
    return false;
  if ('content-length' in headers || 'transfer-encoding' in headers) return false;
  return req?.method !== 'HEAD' && !NO_BODY.includes(statusCode);
}
