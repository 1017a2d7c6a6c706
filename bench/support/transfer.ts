/** Runs one sender and one reader, and checks that every byte has arrived. */
import { type Child, withChildren } from './child.js';
import { type Received, type ReaderOptions, startReader } from './reader.js';

/** The report of a sender at its end. */
export interface Sent {
  readonly sent: number;
  /** Seconds of processor time that the sender took. */
  readonly cpu: number;
}

/**
 * Runs a reader and, against its port, a sender.
 *
 * @throws Error: not every byte has arrived, or not as it was sent.
 */
export async function transfer<Told extends Sent>(
  start: (port: number) => Child,
  options: ReaderOptions,
): Promise<Received & Told> {
  const reader = startReader(options);
  const children = [reader];
  return withChildren(children, async () => {
    const { port } = await reader.said<{ port: number }>();
    const sender = start(port);
    children.push(sender);
    const told = await sender.said<Told>();
    await sender.ended();
    const received = await reader.said<Received>();
    await reader.ended();
    assertArrived(told, received);
    return { ...received, ...told };
  });
}

type Arrived = Pick<Received, 'bytes' | 'intact'>;
type Timed = Pick<Received, 'measuredBytes' | 'seconds'>;

/** @throws Error: not every byte has arrived, or not as it was sent. */
export function assertArrived({ sent }: Pick<Sent, 'sent'>, { bytes, intact }: Arrived): void {
  if (bytes !== sent) throw new Error(`${sent} bytes were sent, ${bytes} have arrived`);
  if (!intact) throw new Error('The bytes that arrived are not those that were sent');
}

/** MB a second after the warm-up. @throws Error: the run ended during the warm-up. */
export function megabytesPerSecond({ measuredBytes, seconds }: Timed): number {
  if (seconds === 0) throw new Error('The run was too short to be measured');
  return measuredBytes / seconds / 1e6;
}

/** Milliseconds of processor time for each GB. */
export function costOf(cpu: number, bytes: number): number {
  return (cpu * 1000) / (bytes / 1e9);
}
