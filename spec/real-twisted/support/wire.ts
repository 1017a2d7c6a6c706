/** Connections whose other end is the scenario. */
import type net from 'node:net';
import { Duplex } from 'node:stream';

import { ResetError } from '../../support/memory-pair.js';
import { tcpPair } from '../../support/sockets.js';

type Mark = 'FIN' | 'reset' | 'over';

/** A connection, seen from its other end. */
export interface Wire {
  /** Our end. */
  readonly stream: Duplex;
  /** Bytes that have reached the other end, and are not written down yet. */
  sent: string;
  /** How the connection has ended for the other end. */
  readonly marks: Mark[];
  /** The other end takes so many bytes more. */
  makeRoom(count: number): void;
  /** The other end sends this. */
  receive(data: Buffer): void;
  /** The other end ends its half. */
  hangUp(): void;
  /** The other end resets the connection. */
  reset(): void;
  /** Lets go of both ends. */
  destroy(): void;
}

/** A connection in memory. */
export class MemoryWire extends Duplex implements Wire {
  readonly stream = this;
  sent = '';
  readonly marks: Mark[] = [];
  private hasHungUp = false;
  private waiting: { chunk: Buffer; whenTaken: () => void } | undefined;

  /**
   * @param writableHighWaterMark - Bytes from which on it says `drain` when it has none left.
   * @param room - Bytes that the other end takes in any case.
   */
  constructor(
    writableHighWaterMark: number,
    private room: number,
  ) {
    super({ writableHighWaterMark });
  }

  makeRoom(count: number): void {
    this.room += count;
    this.move();
  }

  receive(data: Buffer): void {
    if (!this.hasHungUp && !this.destroyed) this.push(data);
  }

  hangUp(): void {
    if (this.hasHungUp || this.destroyed) return;
    this.hasHungUp = true;
    this.push(null);
  }

  reset(): void {
    this.hasHungUp = true;
    this.destroy(new ResetError('reset'));
  }

  /** As a socket's. */
  resetAndDestroy(): void {
    // If both halves have ended, there is nothing to reset.
    const isOver = this.hasHungUp && this.marks.length > 0;
    if (!this.destroyed && !isOver) this.marks.push('reset');
    this.destroy();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, whenTaken: () => void): void {
    this.waiting = { chunk, whenTaken };
    this.move();
  }

  override _final(callback: () => void): void {
    this.ends();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!(error instanceof ResetError) && this.marks.at(-1) !== 'reset') this.ends();
    callback(error);
  }

  private ends(): void {
    if (!this.marks.includes('FIN')) this.marks.push('FIN');
  }

  private move(): void {
    const { waiting } = this;
    if (waiting === undefined || this.room === 0 || this.destroyed) return;
    const taken = waiting.chunk.subarray(0, this.room);
    waiting.chunk = waiting.chunk.subarray(taken.length);
    this.room -= taken.length;
    this.sent += taken.toString();
    if (waiting.chunk.length > 0) return;
    this.waiting = undefined;
    waiting.whenTaken();
  }
}

/** A connection over TCP. The operating system takes whatever is written. */
export class SocketWire implements Wire {
  sent = '';
  readonly marks: Mark[] = [];

  static async make(): Promise<SocketWire> {
    const { server, client } = await tcpPair();
    return new SocketWire(server, client);
  }

  private constructor(
    readonly stream: net.Socket,
    private readonly peer: net.Socket,
  ) {
    peer.on('data', (data: Buffer) => (this.sent += data.toString()));
    // Node 20 and 22 may say that a reset right after data is an end.
    peer.on('end', () => this.ends());
    peer.on('error', () => this.ends());
    for (const socket of [stream, peer]) socket.setNoDelay(true); // Or what is sent depends on time.
  }

  /** The end: packets after it only answer those of the other end. */
  private ends(): void {
    if (this.marks.length === 0) this.marks.push('over');
  }

  makeRoom(): void {}

  receive(data: Buffer): void {
    if (this.peer.writable) this.peer.write(data);
  }

  hangUp(): void {
    this.peer.end();
  }

  reset(): void {
    // A socket that has read the end reads no reset.
    if (!this.peer.writableEnded) this.peer.resetAndDestroy();
  }

  destroy(): void {
    this.stream.destroy();
    this.peer.resetAndDestroy();
  }
}
