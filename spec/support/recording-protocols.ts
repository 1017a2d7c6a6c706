import type net from 'node:net';

import { DuplexTransport, Protocol, type DuplexTransportOptions } from '../../lib/index.js';
import { tcpPair, type Pair } from './sockets.js';

/** Records what it is told, in order; override what it does about it. */
export class Recorder extends Protocol {
  readonly told: string[] = [];
  readonly received: Buffer[] = [];
  override connectionMade(): void {
    this.told.push('made');
  }
  override dataReceived(data: Buffer): void {
    if (this.told.at(-1) !== 'data') this.told.push('data');
    this.received.push(data);
  }
  override connectionLost(reason: Error): void {
    this.told.push(reason.name);
  }
  get text(): string {
    return Buffer.concat(this.received).toString();
  }
}

/** The same, and goes on with one half of its connection. */
export class HalfCloseable extends Recorder {
  readConnectionLost(): void {
    this.told.push('read lost');
  }
  writeConnectionLost(): void {
    this.told.push('write lost');
  }
}

export async function connected<P extends Recorder>(
  protocol: P,
  open: () => Promise<Pair> = tcpPair,
  options: DuplexTransportOptions = {},
): Promise<{ protocol: P; transport: DuplexTransport; socket: net.Socket; peer: net.Socket }> {
  const { server, client } = await open();
  const transport = new DuplexTransport(server, { ...options, protocol });
  return { protocol, transport, socket: server, peer: client };
}
