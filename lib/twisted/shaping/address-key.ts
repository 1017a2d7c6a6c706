/** Takes apart addresses, those of the interfaces and those that older Twisted code has. */
import { InvalidArgTypeError } from '../../base/errors.js';
import type { IAddress } from '../core/index.js';

/** An address as older Twisted code has it: its type, its host or name, its port. */
export type AddressTuple = readonly [type: string, host: unknown, port?: unknown];

/** Tells where its ends are, as every transport does. */
export interface Addressed {
  /** Where the other end is. */
  getPeer(): IAddress | AddressTuple;
  /** Where this end is. */
  getHost(): IAddress | AddressTuple;
}

/**
 * What tells hosts apart: the host; of what has none, the name of its socket; of what has none of that
 * either, its type.
 *
 * @param name - What `address` came from, for the error.
 * @throws InvalidArgTypeError: `address` is none.
 */
export function hostKey(address: IAddress | AddressTuple, name: string): unknown {
  if (isTuple(address)) return address[1];
  assertAddress(address, name);
  return address.type === 'TCP' ? address.host : nameOf(address);
}

/** What tells servers on one machine apart: the port; of what has none, as {@link hostKey}. */
export function portKey(address: IAddress | AddressTuple, name: string): unknown {
  if (isTuple(address)) return address[2] ?? address[1];
  assertAddress(address, name);
  return address.type === 'TCP' ? address.port : nameOf(address);
}

function nameOf(address: Exclude<IAddress, { type: 'TCP' }>): string {
  return address.type === 'UNIX' && address.name !== null ? address.name : address.type;
}

function isTuple(address: IAddress | AddressTuple): address is AddressTuple {
  return Array.isArray(address);
}

function assertAddress(address: unknown, name: string): void {
  if (typeof address !== 'object' || address === null) {
    throw new InvalidArgTypeError(name, 'an address', address);
  }
}
