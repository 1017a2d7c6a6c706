/**
 * Names the mistake of a protocol that uses its transport before it has one. The JavaScript
 * engine's own message does not name it.
 */
import { InvalidStateError } from '../../base/errors.js';

/** The members of a transport that programs read. */
const MEMBERS = [
  'abortConnection',
  'disconnecting',
  'getHost',
  'getPeer',
  'getPeerCertificate',
  'getTcpKeepAlive',
  'getTcpNoDelay',
  'loseConnection',
  'loseWriteConnection',
  'pauseProducing',
  'registerProducer',
  'resumeProducing',
  'setTcpKeepAlive',
  'setTcpNoDelay',
  'startTLS',
  'stopProducing',
  'unregisterProducer',
  'write',
  'writeSequence',
];
/** As in "Cannot read properties of null (reading 'write')". */
const OF_NULL = /\bnull\b.*?['."](\w+)['")]/;

/**
 * @param thrown - The error of code that makes a protocol, or calls one.
 * @returns `thrown`, or an error that names the mistake, with `thrown` as its `cause`.
 */
export function withEarlyUseNamed(thrown: unknown): unknown {
  if (!(thrown instanceof TypeError)) return thrown;
  const member = OF_NULL.exec(thrown.message)?.[1];
  if (member === undefined || !MEMBERS.includes(member)) return thrown;
  return new InvalidStateError(
    `A protocol's transport is null until connectionMade is called, and "${member}" was asked of it before`,
    { cause: thrown },
  );
}
