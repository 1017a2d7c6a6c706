import type { ICancellable } from '../../lib/twisted/cooperation/cooperator.js';

/** Schedules a cooperator's ticks for when a spec pumps. */
export class FakeScheduler {
  /** Each tick that was asked for, in order. */
  readonly calls: (ICancellable & { tick: () => void; cancelled: boolean })[] = [];
  private pumped = 0;

  readonly schedule = (tick: () => void): ICancellable => {
    const call = {
      tick,
      cancelled: false,
      cancel: () => {
        call.cancelled = true;
      },
    };
    this.calls.push(call);
    return call;
  };

  /** How many ticks are due. */
  get due(): number {
    return this.calls.slice(this.pumped).filter(({ cancelled }) => !cancelled).length;
  }

  /** Makes the ticks that are due now, but not those that they ask for. */
  pump(): void {
    const due = this.calls.slice(this.pumped);
    this.pumped = this.calls.length;
    for (const { cancelled, tick } of due) if (!cancelled) tick();
  }

  /** Pumps until nothing is due. */
  run(): void {
    while (this.due > 0) this.pump();
  }
}
