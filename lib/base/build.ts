import { InvalidArgTypeError, InvalidStateError } from './errors.js';

/** Makes objects: a class, or a function that returns one. */
export type Builder<Args extends unknown[], Built> =
  (new (...args: Args) => Built) | ((...args: Args) => Built);

/**
 * The object that `builder` makes. It is called with `new` if that is possible; a function that
 * returns an object returns the same then.
 *
 * @param owner - The object of which `builder` may be a method.
 */
export function build<Args extends unknown[], Built>(
  builder: Builder<Args, Built>,
  args: Args,
  owner?: object,
): Built {
  return isConstructor(builder) ? new builder(...args) : builder.call(owner, ...args);
}

function isConstructor<Args extends unknown[], Built>(
  builder: Builder<Args, Built>,
): builder is new (...args: Args) => Built {
  try {
    Reflect.construct(Object, [], builder); // Asks whether `new` is possible, and runs nothing.
    return true;
  } catch {
    return false;
  }
}

/** @throws InvalidArgTypeError: `builder` is neither a class nor a function. */
export function assertBuilder(builder: unknown, name: string): void {
  if (typeof builder !== 'function') {
    throw new InvalidArgTypeError(name, 'a class or a function', builder);
  }
}

/**
 * @param target - The `new.target` of a function that returns a class to extend.
 * @throws InvalidStateError: the function itself was extended, as Twisted's mixins are.
 */
export function assertNotExtended(target: unknown, mixin: string): void {
  if (target === undefined) return;
  throw new InvalidStateError(`${mixin} is called with the class to extend: ${mixin}(Base)`);
}
