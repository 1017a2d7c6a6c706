import { InvalidStateError } from '../base/errors.js';

/** @throws InvalidStateError: there is no transport yet to write to. */
export function assertConnected(transport: unknown): void {
  if (transport === null) throw new InvalidStateError('There is no transport to write to yet');
}
