/** Checks of arguments that users hand in. Each throws before anything has changed. */
import { InvalidArgTypeError } from './errors.js';

/** @throws InvalidArgTypeError: `options` is no object. */
export function assertOptions(options: unknown, name = 'options'): asserts options is object {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgTypeError(name, 'an object', options);
  }
}

/** @throws InvalidArgTypeError: `value` lacks the one method that is needed of it. */
export function assertMethod<Method extends string>(
  value: unknown,
  name: string,
  method: Method,
): void {
  const { [method]: found } = (value ?? {}) as Partial<Record<Method, unknown>>;
  if (typeof found !== 'function') {
    throw new InvalidArgTypeError(name, `an object with ${method}()`, value);
  }
}
