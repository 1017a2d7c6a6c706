/** Reads addresses: those of the interfaces, and the tuples of older Twisted code. */
import { assertMethod } from '../../base/arguments.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import type { IAddress } from '../core/index.js';

/** An address as older Twisted code has it: its type, its host or name, its port. */
export type AddressTuple = readonly [type: string, host: unknown, port?: unknown];

/** An object that knows its addresses, as every transport does. */
export interface Addressed {
  /** The address of the other end. */
  getPeer(): IAddress | AddressTuple;
  /** The address of this end. */
  getHost(): IAddress | AddressTuple;
}

/**
 * A key for each host, from the address of the other end: its host; if it has none, the name of its
 * socket; if it has no name either, its type.
 *
 * @throws InvalidArgTypeError: `transport` has no `getPeer`, or that returns a value that is not an
 *   address.
 */
export function hostKey(transport: Addressed): unknown {
  assertMethod(transport, 'transport', 'getPeer');
  const address = transport.getPeer();
  if (isTuple(address)) return address[1];
  assertAddress(address, 'getPeer()');
  return address.type === 'TCP' ? address.host : socketNameOf(address);
}

/**
 * A key for each server on one machine, from the address of this end: its port; if it has none, as
 * {@link hostKey}.
 *
 * @throws InvalidArgTypeError: `transport` has no `getHost`, or that returns a value that is not an
 *   address.
 */
export function portKey(transport: Addressed): unknown {
  assertMethod(transport, 'transport', 'getHost');
  const address = transport.getHost();
  if (isTuple(address)) return address[2] ?? address[1];
  assertAddress(address, 'getHost()');
  return address.type === 'TCP' ? address.port : socketNameOf(address);
}

function socketNameOf(address: Exclude<IAddress, { type: 'TCP' }>): string {
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
