/** Measures a flow within one process: bytes after the warm-up, and the seconds that they took. */
import { performance } from 'node:perf_hooks';

import { pattern, PERIOD } from './pattern.js';

/** Bytes between two looks at the clock. */
const BETWEEN_LOOKS = 256 * 1024;

/** The report of a metered program at its end. */
export interface Metered {
  readonly sent: number;
  readonly bytes: number;
  readonly intact: boolean;
  readonly measuredBytes: number;
  readonly seconds: number;
  /** Seconds of a processor in the same time. */
  readonly cpu: number;
}

/** The end of a stream in memory: counts bytes, keeps the time, and looks at each chunk's ends. */
export class Meter {
  private readonly expected = pattern(PERIOD);
  private bytes = 0;
  private intact = true;
  private nextLook = 0;
  private first = 0;
  private start = 0;
  private startBytes = 0;
  private startUsage = process.cpuUsage();

  constructor(private readonly warmUp: number) {}

  take(chunk: Uint8Array): void {
    const { length } = chunk;
    // Both ends only: to compare every byte would cost more than the measured work.
    if (
      chunk[0] !== this.expected[this.bytes % PERIOD] ||
      chunk[length - 1] !== this.expected[(this.bytes + length - 1) % PERIOD]
    ) {
      this.intact = false;
    }
    this.bytes += length;
    if (this.bytes >= this.nextLook) this.look();
  }

  private look(): void {
    this.nextLook = this.bytes + BETWEEN_LOOKS;
    const now = performance.now();
    if (this.first === 0) this.first = now;
    if (this.start === 0 && now - this.first >= this.warmUp * 1000) {
      this.start = now;
      this.startBytes = this.bytes;
      this.startUsage = process.cpuUsage();
    }
  }

  /** The figures; to be called after the last byte. */
  read(sent: number): Metered {
    const { bytes, intact } = this;
    const counted = this.start > 0;
    const { user, system } = process.cpuUsage(this.startUsage);
    return {
      sent,
      bytes,
      intact,
      measuredBytes: counted ? bytes - this.startBytes : 0,
      seconds: counted ? (performance.now() - this.start) / 1000 : 0,
      cpu: (user + system) / 1e6,
    };
  }
}
