/**
 * By hand, the least that a forwarder of transports does: what is written in a turn goes to the socket
 * at its end, and the other socket is paused while that one has enough.
 */
import { connect, type Socket } from 'node:net';

import { serveOne } from '../listening.js';
import { readOptions } from '../options.js';

const { port } = readOptions<{ port: number }>();

/** One way through the forwarder. */
class Way {
  private written: Buffer[] = [];
  private length = 0;
  private scheduled = false;
  private paused = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
  ) {
    from.on('data', (data: Buffer) => this.write(data));
    from.on('end', () => this.to.end());
    to.on('drain', () => this.resume());
  }

  private write(data: Buffer): void {
    this.written.push(data);
    this.length += data.length;
    const { to } = this;
    if (!this.paused && to.writableLength + this.length >= to.writableHighWaterMark) {
      this.paused = true;
      this.from.pause();
    }
    if (this.scheduled) return;
    this.scheduled = true;
    process.nextTick(() => this.flush());
  }

  private flush(): void {
    const { to, written } = this;
    this.scheduled = false;
    this.written = [];
    this.length = 0;
    to.cork();
    for (const data of written) to.write(data);
    to.uncork();
    if (!to.writableNeedDrain) this.resume();
  }

  private resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.from.resume();
  }
}

serveOne((from) => {
  const to = connect(port, '127.0.0.1');
  new Way(from, to);
  new Way(to, from);
});
