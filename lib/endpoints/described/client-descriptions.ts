/** Client endpoints, made of strings. */
import type { ConnectionOptions } from 'node:tls';

import { builtIn, fs } from '../../base/built-in.js';
import { ClientEndpoint, type ClientEndpointOptions } from './client-endpoint.js';
import {
  type Arguments,
  assertPositional,
  bindArguments,
  type Description,
  integer,
  optionalInteger,
  parseDescription,
  required,
} from './description.js';
import { EndpointDescriptionError, UnsupportedEndpointError, unknownType } from './errors.js';
import { authoritiesIn } from './tls-files.js';

type Parser = (description: Description) => ClientEndpointOptions;

interface TCPPlace {
  host: string;
  port: number;
  timeout: number | undefined;
  localAddress: string | undefined;
}

const PARSERS: Readonly<Record<string, Parser>> = { tcp: parseTCP, ssl: parseSSL, unix, tls };

const TCP_ARGUMENTS = ['host', 'port', 'timeout', 'bindAddress'] as const;
const SSL_ARGUMENTS = [
  ...TCP_ARGUMENTS,
  ...(['certKey', 'privateKey', 'caCertsDir', 'hostname'] as const),
] as const;
const TLS_ARGUMENTS = [
  ...TCP_ARGUMENTS,
  ...(['certificate', 'privateKey', 'trustRoots', 'endpoint'] as const),
] as const;

/**
 * A client endpoint, as `description` has it:
 *
 * - `tcp:HOST:PORT`, and `timeout` (seconds, 30) and `bindAddress` (an IP address of this machine);
 * - `tls:HOST:PORT`, which verifies that the other end is HOST; also the options above,
 *   `trustRoots` (a folder of authorities, *.pem, in place of Node's own), `certificate` and
 *   `privateKey` (files, to show to the server), and `endpoint` (another description, to connect to
 *   in place of HOST);
 * - `ssl:HOST:PORT`, which verifies *nothing*, as in Twisted, unless it has `hostname` (the name
 *   that the certificate must be for) or `caCertsDir` (authorities); also `certKey` and
 *   `privateKey`;
 * - `unix:PATH`, and `timeout` and `lockfile` (1 to connect only if a server has locked
 *   `PATH.lock`).
 *
 * Arguments are separated by colons, and may be named, as in `tcp:host=example.com:port=80`. A
 * character after a backslash stands for itself; see {@link quoteStringArgument}. Files are read
 * now.
 *
 * @param description - The type of the endpoint, a colon, and its arguments.
 * @returns the endpoint; nothing has been connected.
 * @throws EndpointDescriptionError: `description` is not valid; its subclass
 *   UnsupportedEndpointError: Node lacks the feature.
 * @throws InvalidArgTypeError, OutOfRangeError: an argument is not valid.
 * @throws Node's error: a file can't be read, or has no certificate or key.
 * @see Twisted: `twisted.internet.endpoints.clientFromString`
 */
export function clientFromString(description: string): ClientEndpoint {
  return new ClientEndpoint(optionsFrom(description));
}

function optionsFrom(text: string): ClientEndpointOptions {
  const description = parseDescription(text);
  const type = description.type.toLowerCase();
  const parse = Object.hasOwn(PARSERS, type) ? PARSERS[type] : undefined;
  if (parse === undefined) throw unknownType(type, Object.keys(PARSERS));
  return parse(description);
}

/**
 * The host may be named while the port isn't: then the single argument without a name is the port.
 */
function withTCPNames(description: Description): Description {
  const { positional, named } = description;
  const isPort = positional.length === 1 && 'host' in named;
  return withNames(description, isPort ? ['port'] : ['host', 'port']);
}

/**
 * `description` with names for all arguments. As in Twisted, an argument without a name wins over
 * the same argument with a name.
 */
function withNames(description: Description, order: string[]): Description {
  const { type, positional, named } = description;
  assertPositional(description, order);
  const all = { ...named };
  positional.forEach((value, i) => (all[order[i] as string] = value));
  return { type, positional: [], named: all };
}

function placeOf(
  { host, port, timeout, bindAddress }: Arguments<'host' | 'port' | 'timeout' | 'bindAddress'>,
  type: string,
): TCPPlace {
  if (host?.startsWith('//')) {
    throw new EndpointDescriptionError(
      `A description is not a URL: write '${type}:HOST:PORT'. Received the host '${host}'`,
    );
  }
  return {
    host: required(host, 'host', type),
    port: integer(required(port, 'port', type), 'port'),
    timeout: optionalInteger(timeout, 'timeout'),
    localAddress: bindAddress,
  };
}

function parseTCP(description: Description): TCPPlace {
  return placeOf(bindArguments(withTCPNames(description), [], TCP_ARGUMENTS), 'tcp');
}

function parseSSL(description: Description): ClientEndpointOptions {
  const bound = bindArguments(withTCPNames(description), [], SSL_ARGUMENTS);
  const { certKey, privateKey, caCertsDir, hostname } = bound;
  const identity =
    hostname === undefined
      ? { rejectUnauthorized: caCertsDir !== undefined, checkServerIdentity: () => undefined }
      : identityOf(hostname);
  return {
    ...placeOf(bound, 'ssl'),
    tls: { ...identity, ...trust(caCertsDir), ...clientCertificate(certKey, privateKey) },
  };
}

function unix(description: Description): ClientEndpointOptions {
  const { path, timeout, lockfile } = bindArguments(
    withNames(description, ['path']),
    [],
    ['path', 'timeout', 'lockfile'],
  );
  return {
    path: required(path, 'path', 'unix'),
    timeout: optionalInteger(timeout, 'timeout'),
    lockfile: Boolean(optionalInteger(lockfile, 'lockfile')),
  };
}

function tls(description: Description): ClientEndpointOptions {
  const bound = bindArguments(description, TLS_ARGUMENTS);
  const { certificate, privateKey, trustRoots, endpoint } = bound;
  const place = placeOf(bound, 'tls');
  const { host } = place;
  if (host === '') throw new EndpointDescriptionError("'tls:' needs a 'host' to verify");
  const secure = {
    ...identityOf(host),
    ...trust(trustRoots),
    ...clientCertificate(certificate, privateKey),
  };
  if (endpoint === undefined) return { ...place, host: asciiOf(host), tls: secure };
  const wrapped = optionsFrom(endpoint);
  if (wrapped.tls !== undefined) {
    throw new UnsupportedEndpointError(`TLS can't be spoken inside TLS: '${endpoint}'`);
  }
  return { ...wrapped, tls: secure };
}

/** Options that verify that the certificate of the other end is for `hostname`. */
function identityOf(hostname: string): ConnectionOptions {
  const { isIP } = builtIn('node:net');
  const name = asciiOf(hostname);
  return {
    servername: isIP(name) === 0 ? name : '', // RFC 6066: the name of a server is not an address.
    checkServerIdentity: (_server, certificate) =>
      builtIn('node:tls').checkServerIdentity(name, certificate),
  };
}

/** A name in the ASCII form in which it is looked up. */
function asciiOf(host: string): string {
  const isASCII = /^[\0-\x7f]*$/.test(host);
  // `domainToASCII` would take numbers for addresses.
  return isASCII ? host : builtIn('node:url').domainToASCII(host);
}

function trust(folder: string | undefined): ConnectionOptions {
  return folder === undefined ? {} : { ca: authoritiesIn(folder) };
}

/** As in Twisted, a key without a certificate is of no use, and one file may have both. */
function clientCertificate(
  certificate: string | undefined,
  privateKey: string | undefined,
): ConnectionOptions {
  if (certificate === undefined) return {};
  return {
    cert: fs().readFileSync(certificate),
    key: fs().readFileSync(privateKey ?? certificate),
  };
}
