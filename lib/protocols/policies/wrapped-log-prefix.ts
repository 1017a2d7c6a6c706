import { logPrefixOf } from '../../twisted/core/index.js';

/** The name of a wrapper in logs: for example `Echo (ThrottlingProtocol)`. */
export function wrappedLogPrefix(wrapper: object, wrapped: object | null): string {
  const { name } = wrapper.constructor;
  return wrapped === null ? name : `${logPrefixOf(wrapped)} (${name})`;
}
