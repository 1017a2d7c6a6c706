/**
 * A rule of the contract, and the code that runs a list of them against objects that a user's
 * function makes.
 */
import { assertKnownOptions, assertNumber, assertOptions } from '../../base/arguments.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { whenRejected } from '../../base/rejection.js';
import { now, setImmediate, timerDelay } from '../../base/timers.js';
import { MakerFailed } from './maker.js';

/** The options of the checks of `twisted-streams/testing`. */
export interface CheckOptions {
  /**
   * Milliseconds to wait for an event that must happen, and for the object that is to be checked,
   * before the rule counts as broken; 2,000 unless given.
   */
  timeout?: number | undefined;
  /** Milliseconds to wait for an event that must not happen; 20 unless given. */
  quiet?: number | undefined;
}

/**
 * The checked object breaks a rule. `code` is `ERR_RULE_BROKEN`; `cause` is the value that was
 * thrown, if there was one.
 */
export class RuleBrokenError extends Error {
  /** Match on this. */
  readonly code = 'ERR_RULE_BROKEN';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param rule - The rule, as a sentence.
   * @param seen - The event that happened instead, as a sentence without its full stop.
   * @param options - `cause`: the value that was thrown, if there was one.
   */
  constructor(
    /** The rule that the object breaks, a sentence. */
    readonly rule: string,
    seen: string,
    options?: ErrorOptions,
  ) {
    super(`${rule}: ${seen}`, options);
    this.name = new.target.name;
  }
}

/** A rule, by name. */
export interface Rule<Subject> {
  /** The rule, as a sentence without its full stop. */
  readonly name: string;
  /** Plays a scenario that shows whether `subject` keeps the rule. */
  play(subject: Subject, trial: Trial): void | Promise<void>;
}

/** Thrown by a rule that is broken; the catcher adds the rule's name. */
class Broken extends Error {}

// Taken when the module loads: the user's test may replace the timers.
const setTimeout = globalThis.setTimeout;
const clearTimeout = globalThis.clearTimeout;

/** One run of one rule. */
export class Trial {
  readonly timeout: number;
  private readonly quiet: number;

  /** Rejects if a method that was watched does; it never resolves. */
  readonly rejection: Promise<never>;
  private reject!: (error: Broken) => void;
  private isOver = false;

  constructor({ timeout = 2000, quiet = 20 }: CheckOptions) {
    this.timeout = timeout;
    this.quiet = quiet;
    this.rejection = new Promise((_resolve, reject) => (this.reject = reject));
    this.rejection.catch(() => {}); // No rule may be waiting just now.
  }

  /**
   * Watches the methods of `object`, because one may be an async function. If its promise rejects,
   * the rule is broken, as if it had thrown.
   *
   * @returns an object to call in place of `object`.
   */
  watch<T extends object>(object: T): T {
    return new Proxy({} as T, {
      has: (_target, name) => name in object,
      get: (_target, name): unknown => {
        const member: unknown = Reflect.get(object, name, object);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          const returned: unknown = Reflect.apply(member, object, args);
          whenRejected(returned, (reason) => this.rejected(String(name), reason));
          return returned;
        };
      },
    });
  }

  private rejected(method: string, cause: unknown): void {
    if (this.isOver) log.err(cause, `${method}() rejected after it was checked`);
    else this.fail(`${method}() rejected with ${said(cause)}`, { cause });
  }

  /** As `broken`, where no rule could catch the error: in a call that the object itself makes. */
  fail(seen: string, options?: ErrorOptions): void {
    this.reject(new Broken(seen, options));
  }

  /** Ends the run. */
  end(): void {
    this.isOver = true;
  }

  /** Ends the run: the rule is broken. */
  broken(seen: string, options?: ErrorOptions): never {
    throw new Broken(seen, options);
  }

  /** Ends the run unless `holds`. */
  demand(holds: boolean, seen: string): void {
    if (!holds) this.broken(seen);
  }

  /** Waits until `happened` returns `true`, and ends the run if it does not do so in time. */
  async until(happened: () => boolean, seen: () => string): Promise<void> {
    const end = now() + this.timeout;
    let isLate = false;
    while (!happened()) {
      if (isLate) this.broken(`${seen()} within ${this.timeout} ms`);
      // If the process stood still, its timers are due only in the next turn.
      isLate = now() > end;
      await turn();
    }
  }

  /** Lets the event loop turn once. */
  turn(): Promise<void> {
    return turn();
  }

  /** Waits for the time in which an event that must not happen may show. */
  async quietly(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, timerDelay(this.quiet)));
    await turn();
  }
}

/** `count` in words: once, 2 times, 3 times. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** How `bytes` differ from `expected`, which they do not equal, in words. */
export function difference(bytes: Buffer, expected: Buffer): string {
  let same = 0;
  while (same < bytes.length && bytes[same] === expected[same]) same += 1;
  const which = same < expected.length ? 'other ones' : 'too many';
  if (same === bytes.length) return `${same} bytes, not ${expected.length}`;
  return `${bytes.length} bytes, which are ${which} from byte ${same} on`;
}

/** Lets the event loop turn once. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Plays each rule against a new subject, in order.
 *
 * @throws the error that `make` throws.
 * @throws RuleBrokenError: the first rule that is broken.
 */
export async function checkRules<Subject>(
  rules: readonly Rule<Subject>[],
  make: () => Promise<Subject>,
  dispose: (subject: Subject) => void | Promise<void>,
  options: CheckOptions,
): Promise<void> {
  for (const rule of rules) {
    const trial = new Trial(options);
    const subject = await madeInTime(rule, make(), dispose, trial);
    const failure = await failureOf(rule, subject, trial);
    trial.end();
    try {
      await dispose(subject);
    } catch (thrown) {
      if (failure === undefined)
        throw asRuleBroken(rule.name, thrown, 'it could not be closed or stopped after that:');
      log.err(thrown, 'The object that was checked could not be closed');
    }
    if (failure !== undefined) throw failure.error;
  }
}

/** The subject for `rule`. One that comes too late is discarded. */
async function madeInTime<Subject>(
  rule: Rule<Subject>,
  making: Promise<Subject>,
  dispose: (subject: Subject) => void | Promise<void>,
  { timeout }: Trial,
): Promise<Subject> {
  try {
    return await inTime(making, timeout, 'its maker made nothing');
  } catch (thrown) {
    if (!(thrown instanceof Broken)) throw thrown;
    making.then(dispose).catch((error: unknown) => log.err(error, 'A maker was late, and failed'));
    throw asRuleBroken(rule.name, thrown);
  }
}

/** Plays `rule` against `subject`. @returns the error with which the check fails, if it does. */
async function failureOf<Subject>(
  rule: Rule<Subject>,
  subject: Subject,
  trial: Trial,
): Promise<{ readonly error: unknown } | undefined> {
  const play = async () => {
    await rule.play(subject, trial);
    await turn(); // A method that is an async function has rejected by then.
  };
  try {
    await Promise.race([play(), trial.rejection]);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof MakerFailed)) return { error: asRuleBroken(rule.name, thrown) };
    // A rule that ran out of time has no error of its own.
    const { cause } = thrown;
    return { error: cause instanceof Broken ? asRuleBroken(rule.name, cause) : cause };
  }
}

/** The result of `promise`. Rejects with `late` if it takes longer than `milliseconds`. */
async function inTime<T>(promise: Promise<T>, milliseconds: number, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Broken(`${late} in ${milliseconds} ms`));
    timer = setTimeout(fail, timerDelay(milliseconds));
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function asRuleBroken(rule: string, thrown: unknown, seen = 'it threw'): RuleBrokenError {
  if (thrown instanceof Broken) return new RuleBrokenError(rule, thrown.message, thrown);
  return new RuleBrokenError(rule, `${seen} ${said(thrown)}`, { cause: thrown });
}

/** The value that was thrown, in words. */
export function said(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}

const OPTIONS = ['timeout', 'quiet'] as const;

/** @throws InvalidArgTypeError or OutOfRangeError: an argument of a check is wrong. */
export function assertCheckArguments(make: unknown, options: unknown): void {
  if (typeof make !== 'function') {
    throw new InvalidArgTypeError('make', 'a function that makes what is checked', make);
  }
  assertOptions(options);
  assertKnownOptions(options, OPTIONS);
  for (const name of OPTIONS) {
    const { [name]: value } = options as Record<string, unknown>;
    if (value === undefined) continue;
    assertNumber(
      value,
      `options.${name}`,
      'a number of milliseconds above 0',
      (given) => given > 0,
    );
  }
}
