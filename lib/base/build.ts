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

/** Whether each of these builders can be called with `new`. */
const constructors = new WeakMap<object, boolean>();

function isConstructor<Args extends unknown[], Built>(
  builder: Builder<Args, Built>,
): builder is new (...args: Args) => Built {
  let answer = constructors.get(builder);
  if (answer === undefined) {
    try {
      // Asks whether `new` is possible, and runs nothing. Only once, because V8 gives up the shape
      // of the instances of `builder` for it: the next one gets another shape, and is slow to use.
      Reflect.construct(Object, [], builder);
      answer = true;
    } catch {
      answer = false;
    }
    constructors.set(builder, answer);
  }
  return answer;
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
