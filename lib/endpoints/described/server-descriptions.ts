/** Server endpoints, made of strings. */
import { fs } from '../../base/built-in.js';
import {
  bindArguments,
  type Description,
  integer,
  optionalInteger,
  parseDescription,
  required,
} from './description.js';
import { EndpointDescriptionError, UnsupportedEndpointError, unknownType } from './errors.js';
import { ServerEndpoint, type ServerEndpointOptions } from './server-endpoint.js';
import { chainAt, versionsOf } from './tls-files.js';

type Parser = (description: Description) => ServerEndpointOptions;

/** As in Twisted, capitals matter in these names, but not in the names below. */
const PARSERS: Readonly<Record<string, Parser>> = { tcp, unix, ssl };
const MORE_PARSERS: Readonly<Record<string, Parser>> = { tcp6, stdio, systemd };
/** Other types that Twisted has. */
const ABSENT: Readonly<Record<string, string>> = {
  haproxy: 'the PROXY protocol is not spoken here',
};

/** The most connections that wait to be accepted. */
const BACKLOG = 50;

/**
 * A server endpoint, as `description` has it:
 *
 * - `tcp:PORT`, and `interface` (an address of this machine; all those of IPv4 unless given) and
 *   `backlog` (50); `tcp6:PORT`, the same for IPv6;
 * - `ssl:PORT`; also the options above, `privateKey` (a file, `server.pem` unless given), `certKey`
 *   (the certificate, in the same file unless given), `extraCertChain` (a file of the certificates
 *   between it and the authority), `sslmethod` (as `TLSv1_2_METHOD`, the one version to speak) and
 *   `dhParameters` (a file);
 * - `unix:PATH`, and `mode` (the permissions of the socket, octal, 666), `backlog` and `lockfile`
 *   (0 to make no `PATH.lock`; the lock keeps a second server away, and lets the next server remove
 *   the socket of a server that has died);
 * - `stdio:`, the one connection that standard input and output are;
 * - `systemd:domain=INET:index=0`, the first of the sockets with which systemd starts this process;
 *   `domain` is `INET`, `INET6` or `UNIX`.
 *
 * Arguments are separated by colons, and may be named, as in `tcp:80:interface=127.0.0.1`. A
 * character after a backslash stands for itself; see {@link quoteStringArgument}. Files are read
 * now.
 *
 * @param description - The type of the endpoint, a colon, and its arguments.
 * @returns the endpoint; nothing listens yet.
 * @throws EndpointDescriptionError: `description` is not valid; its subclass
 *   UnsupportedEndpointError: Node lacks the feature.
 * @throws InvalidArgTypeError, OutOfRangeError: an argument is not valid.
 * @throws Node's error: a file can't be read, or has no certificate or key.
 * @see Twisted: `twisted.internet.endpoints.serverFromString`
 */
export function serverFromString(description: string): ServerEndpoint {
  const parsed = parseDescription(description);
  return new ServerEndpoint(parserOf(parsed.type)(parsed));
}

function parserOf(type: string): Parser {
  const lowerCase = type.toLowerCase();
  if (Object.hasOwn(ABSENT, lowerCase)) {
    throw new UnsupportedEndpointError(`'${lowerCase}:' can't be had: ${ABSENT[lowerCase]}`);
  }
  if (Object.hasOwn(PARSERS, type)) return PARSERS[type] as Parser;
  if (Object.hasOwn(MORE_PARSERS, lowerCase)) return MORE_PARSERS[lowerCase] as Parser;
  throw unknownType(lowerCase, [...Object.keys(PARSERS), ...Object.keys(MORE_PARSERS)]);
}

function tcp(description: Description): ServerEndpointOptions {
  const bound = bindArguments(description, ['port', 'interface', 'backlog']);
  return placeOf(bound, 'tcp');
}

function tcp6(description: Description): ServerEndpointOptions {
  const bound = bindArguments(description, ['port', 'backlog', 'interface']);
  return placeOf({ interface: '::', ...bound }, 'tcp6');
}

/** The place to listen at; without an interface, all IPv4 addresses. */
function placeOf(
  bound: { port?: string; interface?: string; backlog?: string },
  type: string,
): { port: number; host: string; backlog: number } {
  return {
    port: integer(required(bound.port, 'port', type), 'port'),
    host: bound.interface || '0.0.0.0',
    backlog: optionalInteger(bound.backlog, 'backlog') ?? BACKLOG,
  };
}

function unix(description: Description): ServerEndpointOptions {
  const bound = bindArguments(description, ['address', 'mode', 'backlog', 'lockfile']);
  const { address, mode = '666', backlog, lockfile = '1' } = bound;
  return {
    path: required(address, 'address', 'unix'),
    mode: integer(mode, 'mode', 8),
    backlog: optionalInteger(backlog, 'backlog') ?? BACKLOG,
    lockfile: Boolean(integer(lockfile, 'lockfile')),
  };
}

const SSL_ARGUMENTS = [
  ...(['port', 'privateKey', 'certKey', 'sslmethod', 'interface', 'backlog'] as const),
  ...(['extraCertChain', 'dhParameters'] as const),
] as const;

function ssl(description: Description): ServerEndpointOptions {
  const bound = bindArguments(description, SSL_ARGUMENTS);
  const { privateKey = 'server.pem', certKey = privateKey, sslmethod, dhParameters } = bound;
  const { extraCertChain } = bound;
  const chain = extraCertChain === undefined ? [] : chainAt(extraCertChain);
  return {
    ...placeOf(bound, 'ssl'),
    tls: {
      ...versionsOf(sslmethod),
      key: fs().readFileSync(privateKey),
      cert: [fs().readFileSync(certKey, 'utf8'), ...chain].join('\n'),
      dhparam: dhParameters === undefined ? undefined : fs().readFileSync(dhParameters),
    },
  };
}

/** The first descriptor that systemd gives a process. */
const FIRST_DESCRIPTOR = 3;

/** The domain is not compared with that of the socket: Node asks the socket itself. */
function systemd(description: Description): ServerEndpointOptions {
  const bound = bindArguments(description, ['domain', 'index']);
  const domain = required(bound.domain, 'domain', 'systemd');
  if (!['INET', 'INET6', 'UNIX'].includes(domain)) {
    throw new EndpointDescriptionError(`There is no domain '${domain}' of sockets`);
  }
  const index = integer(required(bound.index, 'index', 'systemd'), 'index');
  const { LISTEN_PID, LISTEN_FDS } = process.env;
  const count = LISTEN_PID === String(process.pid) ? Number(LISTEN_FDS) : 0;
  if (!(index >= 0 && index < count)) {
    throw new EndpointDescriptionError(`systemd gave this process no socket ${index}`);
  }
  return { fd: FIRST_DESCRIPTOR + index };
}

function stdio(): ServerEndpointOptions {
  return { stdio: {} };
}
