/** How a measured program gets its options, and how it says its results. */

/** The options that `startNode` was given. */
export function readOptions<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Says `what` to the process that started this one: a line of JSON. */
export function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
