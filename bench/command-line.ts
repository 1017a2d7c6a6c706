/** Reads the command line of `npm run bench` and `npm run soak`, and complains of it. */

/** The number above 0 that the user gave for `--name`. @throws Error: `text` is not such a number. */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new Error(`--${name} '${text}' must be more than 0`);
  return value;
}

/** The whole number above 0 that the user gave for `--name`. @throws Error: `text` is not such a number. */
export function wholePositive(name: string, text: string): number {
  const value = positive(name, text);
  if (!Number.isInteger(value)) throw new Error(`--${name} '${text}' must be a whole number`);
  return value;
}

/**
 * Reads the command line with `read`. If it says 'help', prints `help` and exits. If it throws,
 * exits with 2: 1 says that a measurement or a job failed.
 *
 * @param command - What the user types, as `npm run bench`.
 */
export function readCommandLine<T>(command: string, help: string, read: () => T | 'help'): T {
  try {
    const options = read();
    if (options !== 'help') return options;
    console.log(help);
    return process.exit(0);
  } catch (error) {
    const hint = `(${command} -- --help explains the options; mind the -- in the middle)`;
    console.error(`error: ${(error as Error).message}\n${hint}`);
    return process.exit(2);
  }
}
