/** Whether the other end of a TLS connection is the one that it should be. */
import type { PeerCertificate } from 'node:tls';

import { isError } from '../../base/as-error.js';
import type { AnyDuplex } from '../any-stream/index.js';
import { wasAccepted } from './addresses.js';
import { refused } from './tls-errors.js';

/** The facts that are known of the other end. */
export interface Trust {
  readonly authorized: boolean;
  /** Why it isn't; `null` if it is, or was never asked. */
  readonly authorizationError: Error | null;
}

/**
 * The facts that `stream` knows of the other end once the handshake is complete.
 *
 * @param byKey - Whether a pre-shared key would do.
 */
export function trustOf(stream: AnyDuplex, byKey = false): Trust {
  const { authorized = false, authorizationError } = stream;
  if (authorized && !byKey && isResumedWithoutCertificate(stream)) {
    return { authorized: false, authorizationError: refused('UNABLE_TO_GET_ISSUER_CERT') };
  }
  if (!authorizationError) return { authorized, authorizationError: null };
  // Node gives a code where its types promise an error.
  return {
    authorized,
    authorizationError: isError(authorizationError)
      ? authorizationError
      : refused(authorizationError),
  };
}

/**
 * Node takes each TLS 1.3 session that a client resumes for one by a pre-shared key, and so for
 * authorized, even if the client has never shown a certificate.
 */
function isResumedWithoutCertificate(stream: AnyDuplex): boolean {
  if (!wasAccepted(stream) || stream.isSessionReused?.() !== true) return false;
  return certificateOf(stream) === null;
}

/** The certificate that the other end has shown; `null` if it has shown none, or not yet. */
export function certificateOf(stream: AnyDuplex): PeerCertificate | null {
  const certificate = stream.getPeerCertificate?.();
  return certificate && Object.keys(certificate).length ? certificate : null; // Node's is empty.
}
