/**
 * What `promise` gives; or, if it has given nothing after `most` milliseconds, what `late` does. It waits
 * for a promise that may never settle, and for no time to pass: a spec that is well never sees the end
 * of that time.
 */
export async function beforeDeadline<T, L>(
  promise: Promise<T>,
  most: number,
  late: () => L,
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, most);
  });
  try {
    return await Promise.race([promise, deadline.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
