/** What things are called in logs. */
import { isLoggingContext } from './interfaces.js';

/** What `value` calls itself; else, the name of its class. */
export function logPrefixOf(value: object): string {
  if (isLoggingContext(value)) return value.logPrefix();
  const { constructor } = value as { constructor?: { name: string } };
  return constructor?.name ?? 'Object';
}
