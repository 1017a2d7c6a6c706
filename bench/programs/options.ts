/** What a measured program is told, and how it tells what it did. */

/** The options that `startNode` was given. */
export function readOptions<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Says `what` to the process that started this one. */
export function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
