/** Ends of connections: one is a real Twisted program, ../peers/peer.py, the other is ours. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import {
  ClientFactory,
  connect,
  Factory,
  listen,
  Protocol,
  type ClientTLSOptions,
  type DuplexTransport,
  type ServerTLSOptions,
} from '../../../lib/index.js';
import { PYTHON } from './twisted.js';
import { until } from '../../support/until.js';

const PROGRAM = fileURLToPath(new URL('../peers/peer.py', import.meta.url));
const HERE = '127.0.0.1';

/** Which end we are. */
export type Side = 'server' | 'client';
export const SIDES: readonly Side[] = ['server', 'client'];

/** The Twisted program of all peers: it takes long to start. */
class Program {
  readonly peers = new Map<string, Peer>();
  errors = '';
  private readonly child = spawn(PYTHON, [PROGRAM]);

  constructor() {
    const { stdin, stdout, stderr } = this.child;
    stderr.on('data', (text: Buffer) => (this.errors += String(text)));
    stdin.on('error', () => {}); // It may be over before it hears all.
    createInterface(stdout).on('line', (line) => {
      const [number, ...what] = JSON.parse(line) as [string, ...unknown[]];
      this.peers.get(number)?.told.push(what);
    });
  }

  tell(...words: (string | number)[]): void {
    this.child.stdin.write(`${words.join(' ')}\n`);
  }

  stop(): void {
    this.child.kill();
  }
}

let program: Program | undefined;

/** To be called after the specs of a file. */
export function stopTwisted(): void {
  program?.stop();
  program = undefined;
}

/** A Twisted end. */
export class Peer {
  /** The calls that its protocol got, in order: a name, and its arguments. */
  readonly told: unknown[][] = [];
  private readonly program: Program;
  private readonly number: string;

  constructor() {
    this.program = program ??= new Program();
    this.number = String(this.program.peers.size);
    this.program.peers.set(this.number, this);
  }

  /** Listens for one connection, and says on which port. See peer.py for the roles. */
  async listen(role: string, ...files: string[]): Promise<number> {
    this.ask('listen', role, ...files);
    return (await this.hears('listening'))[0] as number;
  }

  connect(role: string, port: number, ...files: string[]): void {
    this.ask('connect', role, port, ...files);
  }

  /** Calls `do_NAME` of its protocol. */
  ask(name: string, ...args: (string | number)[]): void {
    this.program.tell(this.number, name, ...args);
  }

  /** The first call of one of `names`, as soon as it has come. */
  async hears(...names: string[]): Promise<unknown[]> {
    const find = () => this.told.find(([what]) => names.includes(what as string));
    await until(() => find() !== undefined || this.program.errors !== '');
    const found = find();
    if (found === undefined) {
      stopTwisted(); // The next spec begins with another.
      throw new Error(`peer.py failed: ${this.program.errors}`);
    }
    return found.slice(1);
  }

  /** How many bytes it has heard, and their hash; known when its connection is over. */
  async heard(): Promise<unknown[]> {
    return (await this.hears('heard')).slice(0, 2);
  }

  /** The class of the reason with which its connection was lost, or did not come about. */
  async lost(): Promise<unknown> {
    return (await this.hears('lost', 'failed'))[0];
  }
}

/** Our end. Notes what it is told, in order. */
export class End extends Protocol<DuplexTransport> {
  readonly told: string[] = [];
  size = 0;
  private readonly hash = createHash('sha256');

  override connectionMade(): void {
    this.told.push('made');
  }

  override dataReceived(data: Buffer): void {
    this.size += data.length;
    this.hash.update(data);
  }

  override connectionLost({ name }: Error): void {
    this.told.push(name);
  }

  /** How many bytes have come, and their hash, in the form in which the peer tells it. */
  heard(): [number, string] {
    return [this.size, this.hash.copy().digest('hex')];
  }

  async lost(): Promise<string> {
    await until(() => this.transport !== null);
    return (await this.transport.closed).name;
  }
}

/** {@link End}, which goes on with half a connection. */
export class HalfEnd extends End {
  /** Called when the other end writes no more. */
  onReadLost: () => void = () => {};

  readConnectionLost(): void {
    this.told.push('readConnectionLost');
    this.onReadLost();
  }

  writeConnectionLost(): void {
    this.told.push('writeConnectionLost');
  }
}

/** {@link End}, which reads a little in each turn. */
export class SlowEnd extends End {
  override dataReceived(data: Buffer): void {
    super.dataReceived(data);
    this.transport.pauseProducing();
    setImmediate(() => this.transport.resumeProducing());
  }
}

/** The length and the hash of `data`, as the other end reports them. */
export function hashed(data: Uint8Array): [number, string] {
  return [data.length, createHash('sha256').update(data).digest('hex')];
}

/**
 * Connects ours to a peer. Both protocols have heard of the connection when it resolves.
 *
 * @param side - Which end ours is.
 * @param role - What the peer does; see peer.py.
 * @param files - What that needs.
 * @param tls - What ours speaks from the start, if anything.
 */
export async function meet<Ours extends End>(
  side: Side,
  role: string,
  ours: Ours,
  files: readonly string[] = [],
  tls?: object,
): Promise<{ peer: Peer; ours: Ours }> {
  const peer = new Peer();
  if (side === 'server') {
    const factory = new Factory();
    factory.buildProtocol = () => ours;
    const listening = await listen(factory, { port: 0, host: HERE, tls: tls as ServerTLSOptions });
    peer.connect(role, listening.getHost().port, ...files);
    await until(() => ours.connected);
    await listening.stopListening();
  } else {
    const port = await peer.listen(role, ...files);
    const factory = new ClientFactory();
    factory.buildProtocol = () => ours;
    connect(factory, { port, host: HERE, tls: tls as ClientTLSOptions });
    await until(() => ours.connected);
  }
  await peer.hears('made', 'failed');
  return { peer, ours };
}
