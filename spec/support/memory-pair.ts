import { Duplex, type DuplexOptions } from 'node:stream';

/** The error with which one end of a {@link memoryPair} is destroyed when the other was. */
export class ResetError extends Error {
  readonly code = 'ECONNRESET';
}

/** One end of a connection in memory. Unlike TCP, it never takes a reset for an end. */
class End extends Duplex {
  peer!: End;
  private wanted: (() => void) | undefined;

  override _read(): void {
    const { wanted } = this;
    this.wanted = undefined;
    wanted?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    if (this.peer.push(chunk)) callback();
    else this.peer.wanted = callback;
  }

  override _final(callback: () => void): void {
    this.peer.push(null);
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const clean = error === null && this.readableEnded && this.writableFinished;
    if (!clean) process.nextTick(() => this.peer.destroy(new ResetError('reset')));
    callback(error);
  }
}

/**
 * Two connected streams in memory: the bytes written to one can be read from the other. (Node's
 * `stream.duplexPair` is no connection: an end says `finish` only when the other has read everything, and
 * if one is destroyed, the other is told nothing in Node 20 and 22, and of no error in any version.)
 */
export function memoryPair(options: DuplexOptions = {}): [Duplex, Duplex] {
  const [near, far] = [new End(options), new End(options)];
  near.peer = far;
  far.peer = near;
  return [near, far];
}
