/** The names of objects in logs. */
import { isLoggingContext } from './interfaces.js';

/**
 * The name that the `logPrefix` of `value` returns; if it has no such method, the name of its
 * class.
 */
export function logPrefixOf(value: object): string {
  if (isLoggingContext(value)) return value.logPrefix();
  const { constructor } = value as { constructor?: { name: string } };
  return constructor?.name ?? 'Object';
}
