import { EventEmitter } from 'node:events';

/** A stream of the oldest kind: `resume` may give all at once, and `pause` is mere advice. */
export class OldStyleStream extends EventEmitter {
  readable = true;

  constructor(private chunks: string[]) {
    super();
  }

  resume(): void {
    const { chunks } = this;
    this.chunks = [];
    for (const chunk of chunks) this.emit('data', Buffer.from(chunk));
    if (chunks.length === 0) return;
    this.readable = false;
    this.emit('end');
  }

  pause(): void {}
}
