import { TransportDuplex, type TransportDuplexOptions } from '../../lib/index.js';
import { HalfCloseableTransport, RecordingTransport } from './transports.js';

/** A stream over a transport that ends its write half by itself, or (`whole`) does not. */
export function connected(options?: TransportDuplexOptions, whole = false) {
  const duplex = new TransportDuplex(options);
  const transport = whole ? new RecordingTransport() : new HalfCloseableTransport();
  duplex.makeConnection(transport);
  return { duplex, transport };
}

/** Everything that is emitted of `names`, in order. */
export function events(duplex: TransportDuplex, ...names: string[]): string[] {
  const seen: string[] = [];
  for (const name of names) duplex.on(name, () => seen.push(name));
  return seen;
}
