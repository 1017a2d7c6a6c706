/**
 * Names the mistake of a protocol that uses its transport before it has one. The JavaScript
 * engine's own message does not name it.
 */
import { InvalidStateError } from '../../base/errors.js';

// cspell:ignore authoriz ation
/** The members of a transport that programs read. As a pattern, because a list is twice as long. */
const MEMBERS =
  /^(abortConnection|authoriz(ationError|ed)|(dis)?connect(ed|ing)|[gs]etTcp(KeepAlive|NoDelay)|get(Host|Peer(Certificate)?)|lose(Write)?Connection|negotiatedProtocol|(pause|resume|stop)Producing|(un)?registerProducer|startTLS|write(Sequence)?)$/;
/**
 * As in "Cannot destructure property 'write' of 'this.transport' as it is null." and "Cannot read
 * properties of null (reading 'write')".
 */
const OF_NULL = /'(?<destructured>\w+)' of .*\bnull\b|\bnull\b.*?['."](?<read>\w+)['")]/;

/**
 * @param thrown - The error of code that makes a protocol, or calls one.
 * @returns `thrown`, or an error that names the mistake, with `thrown` as its `cause`.
 */
export function withEarlyUseNamed(thrown: unknown): unknown {
  if (!(thrown instanceof TypeError)) return thrown;
  const { destructured, read } = OF_NULL.exec(thrown.message)?.groups ?? {};
  const member = destructured ?? read;
  if (member === undefined || !MEMBERS.test(member)) return thrown;
  return new InvalidStateError(
    `A protocol's transport is null until connectionMade is called: "${member}" was asked before`,
    { cause: thrown },
  );
}
