/** Why a TLS handshake failed, where `node:tls` gives no error of its own that says so. */

/** An error with a `code`, as those of `node:tls` have. */
export function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/**
 * The certificate of the other end isn't trusted; `code` is Node's for why, as `CERT_HAS_EXPIRED`.
 */
export function refused(code: string): Error {
  return coded(code, `The other end's certificate isn't trusted: ${code}`);
}

/** The other end has hung up. */
export function hungUp(): Error {
  return coded('ECONNRESET', 'The other end hung up before the TLS handshake was complete');
}
