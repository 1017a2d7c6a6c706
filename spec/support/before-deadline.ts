/**
 * The value of `promise`; if that has not settled after `most` milliseconds, the value of `late`. A spec
 * that passes does not wait for that time: it is for a promise that never settles.
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
