/** A small job that a program of a user's might do, from its beginning to its end. */
export interface Job {
  readonly name: string;
  /** Does the job once. Rejects if anything came out wrong. */
  run(): Promise<void>;
}

/** What all jobs carry. */
export const DATA = Buffer.alloc(100_000, 'what the soak carries ');

/** @throws Error: `received` is not `expected`. */
export function assertBytes(received: Uint8Array, expected: Uint8Array = DATA): void {
  if (Buffer.compare(received, expected) === 0) return;
  throw new Error(`${received.length} bytes came, not the ${expected.length} that were sent`);
}

/** @throws Error: `reason` has another `code`. */
export function assertReason(reason: unknown, code: string): void {
  const given = (reason as { code?: string } | undefined)?.code;
  if (given !== code) throw new Error(`The reason is ${given}, not ${code}`, { cause: reason });
}
