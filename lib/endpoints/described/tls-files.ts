/** The TLS options of descriptions: reads the files that they name. */
import type { X509Certificate } from 'node:crypto';

import { builtIn, fs } from '../../base/built-in.js';
import { EndpointDescriptionError, UnsupportedEndpointError } from './errors.js';

/**
 * `node:tls`'s names for the versions that an `sslmethod` admits; an empty object admits any
 * version.
 */
const VERSIONS = {
  SSLv23_METHOD: undefined,
  TLS_METHOD: undefined,
  TLSv1_METHOD: 'TLSv1',
  TLSv1_1_METHOD: 'TLSv1.1',
  TLSv1_2_METHOD: 'TLSv1.2',
} as const;

/** The versions that `sslmethod` admits, as options of `node:tls`. */
export function versionsOf(sslmethod: string | undefined): {
  minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2';
  maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2';
} {
  if (sslmethod === undefined) return {};
  if (sslmethod === 'SSLv2_METHOD' || sslmethod === 'SSLv3_METHOD') {
    throw new UnsupportedEndpointError(`Node doesn't speak '${sslmethod}': it is not secure`);
  }
  if (!Object.hasOwn(VERSIONS, sslmethod)) {
    throw new EndpointDescriptionError(`There is no sslmethod '${sslmethod}'`);
  }
  const version = VERSIONS[sslmethod as keyof typeof VERSIONS];
  return version === undefined ? {} : { minVersion: version, maxVersion: version };
}

/**
 * The certificates that are in the file at `path`, in order.
 *
 * @throws EndpointDescriptionError: the file has no certificate.
 * @throws Node's error: the file can't be read.
 */
export function chainAt(path: string): string[] {
  const pem = fs().readFileSync(path, 'utf8');
  const found = pem.match(/-----BEGIN CERTIFICATE-----\n[^]+?\n-----END CERTIFICATE-----/g);
  if (found === null) {
    throw new EndpointDescriptionError(
      `Specified chain file '${path}' doesn't contain any valid certificates in PEM format.`,
    );
  }
  return found;
}

/**
 * The certificates of authorities in the folder at `path`: the first certificate of each file that
 * is called *.pem, each once. Files that can't be read, or are not certificates, are left out.
 *
 * @throws Node's error: the folder can't be read.
 */
export function authoritiesIn(path: string): string[] {
  const found = new Map<string, string>();
  for (const name of fs().readdirSync(path)) {
    if (!/(^|\.)pem$/i.test(name)) continue;
    const certificate = certificateAt(`${path}/${name}`);
    if (certificate !== null) found.set(certificate.fingerprint256, certificate.toString());
  }
  return [...found.values()];
}

function certificateAt(path: string): X509Certificate | null {
  const { X509Certificate } = builtIn('node:crypto');
  try {
    return new X509Certificate(fs().readFileSync(path));
  } catch {
    return null; // As in Twisted, the other files may be enough.
  }
}
