import {
  assertProtocol,
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  type IProtocol,
  isHalfCloseableProtocol,
} from '../twisted/core/index.js';
import { isError } from '../base/as-error.js';
import { InvalidArgTypeError } from '../base/errors.js';
import { log } from '../base/log.js';
import { logRejection, whenRejected } from '../base/rejection.js';
import { setImmediate } from '../base/timers.js';
import { LoopbackTransport } from './loopback-transport.js';

/** Rounds of delivery before the event loop turns, because two protocols may talk for ever. */
const ROUNDS_PER_TURN = 1000;

/**
 * Connects two protocols in memory until one of them closes the connection. Each protocol gets the
 * bytes of the other in the same pieces, and never from inside a `write`. Bytes that both write
 * while they are being connected are delivered before this returns.
 *
 * If a protocol or producer throws, the connection is lost. The reason is its error at its own end,
 * and `ConnectionLost` at the other.
 *
 * @param serverProtocol - The protocol that is connected first, and served first.
 * @param clientProtocol - The protocol at the other end.
 * @returns a promise that resolves once both were told of the close. It rejects with
 *   InvalidArgTypeError if an argument is not a protocol, or both are the same one (then neither is
 *   connected), and with the first error that a protocol or producer threw; further errors go to
 *   `log.err`.
 * @see Twisted: `twisted.protocols.loopback.loopbackAsync`
 */
export function loopback(serverProtocol: IProtocol, clientProtocol: IProtocol): Promise<void> {
  return new Promise((resolve, reject) => {
    assertProtocol(serverProtocol);
    assertProtocol(clientProtocol);
    if (serverProtocol === clientProtocol) {
      throw new InvalidArgTypeError('clientProtocol', 'another protocol', clientProtocol);
    }
    new Loopback(serverProtocol, clientProtocol, resolve, reject).connect();
  });
}

class Loopback {
  private readonly server: LoopbackTransport;
  private readonly client: LoopbackTransport;
  private readonly told = new Set<LoopbackTransport>();
  private awake = true;
  private running = true;
  private over = false;

  constructor(
    server: IProtocol,
    client: IProtocol,
    private readonly resolve: () => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    const wake = () => this.wake();
    this.server = new LoopbackTransport(server, wake);
    this.client = new LoopbackTransport(client, wake);
  }

  connect(): void {
    for (const end of [this.server, this.client]) {
      if (this.over) return;
      this.told.add(end);
      this.attempt(end, () => end.protocol.makeConnection(end));
    }
    this.run();
  }

  /**
   * Schedules a look at both ends, because there may be work. Not now, because the caller is in the
   * middle of its own work.
   */
  private wake(): void {
    this.awake = true;
    if (this.running) return;
    this.running = true;
    setImmediate(() => this.run());
  }

  private run(): void {
    for (let rounds = 0; this.awake && !this.over; rounds++) {
      if (rounds === ROUNDS_PER_TURN) {
        setImmediate(() => this.run());
        return;
      }
      this.awake = false;
      this.round();
    }
    this.running = false;
  }

  /** Twisted's order: the server's bytes, the client's bytes, then the close of each. */
  private round(): void {
    this.deliver(this.server, this.client);
    this.deliver(this.client, this.server);
    this.end(this.server, this.client);
    this.end(this.client, this.server);
  }

  private deliver(from: LoopbackTransport, to: LoopbackTransport): void {
    while (to.reads && from.hasPieces && !this.isCutOff()) {
      const piece = from.takePiece();
      this.attempt(to, () => to.protocol.dataReceived(piece));
    }
    if (from.wantsMore && !this.isCutOff()) this.attempt(from, () => from.resumeProducer());
  }

  private isCutOff(): boolean {
    return this.over || this.server.ending === 'abort' || this.client.ending === 'abort';
  }

  private end(end: LoopbackTransport, other: LoopbackTransport): void {
    if (end.closes) this.deliver(end, other); // Written while the other was served.
    if (this.over) return;
    switch (end.ending) {
      case 'abort':
        this.lose(end, new ConnectionAborted(), new ConnectionLost());
        break;
      case 'close':
        this.lose(end, new ConnectionDone(), new ConnectionDone());
        break;
      case 'half':
        this.endHalf(end, other);
        break;
      case 'none':
    }
  }

  private endHalf(end: LoopbackTransport, other: LoopbackTransport): void {
    end.endWriting();
    const { protocol } = end;
    if (isHalfCloseableProtocol(protocol)) {
      this.attempt(end, () => protocol.writeConnectionLost());
    }
    if (this.over) return;
    const { protocol: reader } = other;
    if (isHalfCloseableProtocol(reader)) {
      this.attempt(other, () => reader.readConnectionLost());
    } else {
      this.lose(end, new ConnectionDone(), new ConnectionDone());
    }
  }

  /** Makes a call at `end`; if that throws, the connection is over. */
  private attempt(end: LoopbackTransport, call: () => unknown): void {
    try {
      whenRejected(call(), (reason) => this.fail(end, reason));
    } catch (error) {
      this.fail(end, error);
    }
  }

  private fail(end: LoopbackTransport, error: unknown): void {
    if (this.over) {
      log.err(error, 'Unhandled error after a loopback closed');
      return;
    }
    const reason = isError(error) ? error : new ConnectionLost(undefined, { cause: error });
    this.lose(end, reason, new ConnectionLost(undefined, { cause: error }), [error]);
  }

  /**
   * Ends the connection. Both ends are over before either is told, and both are told, even if the
   * other throws.
   */
  private lose(end: LoopbackTransport, reason: Error, others: Error, errors: unknown[] = []): void {
    this.over = true;
    const ends = [this.server, this.client];
    const stops = ends.map((each) => each.disconnect());
    const tells = ends
      .filter((each) => this.told.has(each))
      .map((each) => () => each.protocol.connectionLost(each === end ? reason : others));
    for (const call of [...stops, ...tells]) {
      try {
        logRejection(call(), 'Unhandled error while a loopback closed');
      } catch (error) {
        errors.push(error);
      }
    }
    const [first, ...rest] = errors;
    for (const error of rest) log.err(error, 'Unhandled error while a loopback closed');
    if (errors.length > 0) this.reject(first);
    else this.resolve();
  }
}
