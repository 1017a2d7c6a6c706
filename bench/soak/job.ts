/** A small job, from its beginning to its end, as a user's program might do it. */
export interface Job {
  readonly name: string;
  /** Does the job once. Rejects if its result is wrong. */
  run(): Promise<void>;
}

/** The bytes that jobs send. */
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
