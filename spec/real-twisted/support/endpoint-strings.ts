/** Random descriptions of endpoints, and what is made of them here; ../oracle/endpoint_strings.py asks Twisted. */
import {
  type ClientEndpointOptions,
  clientFromString,
  serverFromString,
} from '../../../lib/index.js';
import type { Random } from '../../support/random.js';

/** Which function, and what it is given. */
export type Asked = [side: 'server' | 'client', description: string];

const TYPES = {
  server: ['tcp', 'tcp', 'unix', 'unix', 'tcp6', 'stdio', 'TCP', 'Stdio', 'tls', 'ftl', ''],
  client: ['tcp', 'tcp', 'unix', 'tls', 'tls', 'TCP', 'Unix', 'stdio', 'ftl', ''],
};
const NAMES = {
  server: ['port', 'interface', 'backlog', 'address', 'mode', 'lockfile', 'timeout'],
  client: ['host', 'port', 'timeout', 'bindAddress', 'path', 'lockfile', 'backlog', 'endpoint'],
};
const VALUES = [
  ...['80', '443', '0', '65536', '-1', '+7', ' 8', '9 ', '1_0', '1__0', '0660', '0o17', '8.5', ''],
  ...['example.com', 'localhost', '10.0.0.1', '127.0.0.1', '/a/b', 'a\\:b', 'a\\\\b', 'a=b'],
  ...['a\\=b', '\\a', '\\:\\:1', 'tcp\\:inner\\:81', 'unix\\:/in', 'tcp', 'bücher.example'],
];

export function randomDescription(random: Random): Asked {
  const side = random.pick<Asked[0]>(['server', 'client']);
  const value = () => random.pick(VALUES);
  const argument = () =>
    random.chance(0.5) ? value() : `${random.pick(NAMES[side])}=${likely(random, value)}`;
  const parts = [random.pick(TYPES[side]), ...random.list(0, 4, argument)];
  return [side, parts.join(':') + random.pick(['', '', '', '', '\\'])];
}

/** Numbers more often than not: most arguments are. */
function likely(random: Random, value: () => string): string {
  return random.chance(0.5) ? String(random.integer(0, 700)) : value();
}

export function askOurs([side, description]: Asked): unknown[] {
  try {
    return [side === 'server' ? server(description) : client(description)];
  } catch (error) {
    // Each has a code: that is what is promised of what Twisted raises.
    if (!(error instanceof Error && 'code' in error)) throw error;
    return [null];
  }
}

function server(description: string): unknown[] {
  const { options } = serverFromString(description);
  if (options.stdio !== undefined) return ['stdio'];
  const { port, host, path, backlog, mode, lockfile } = options;
  return path === undefined
    ? ['tcp', port, host, backlog]
    : ['unix', path, mode, backlog, lockfile];
}

/** Names that Twisted's IDNA refuses, addresses of IPv6 among them, and that Node looks up. */
const NO_NAME = /^-|[+ _=/:\\]/;

function client(description: string): unknown[] | null {
  const { options } = clientFromString(description);
  if (options.tls !== undefined && NO_NAME.test(options.host ?? '')) return null;
  return options.tls === undefined ? place(options) : ['tls', ...place(options)];
}

function place({ port, host, path, timeout = 30, ...rest }: ClientEndpointOptions): unknown[] {
  if (path !== undefined) return ['unix', path, timeout, rest.lockfile];
  return ['tcp', host, port, timeout, rest.localAddress ?? null];
}
