/** One connection from here to a reader in another process, from its start to its close. */
import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

import { DuplexTransport } from 'twisted-streams';
import { FlowRecorder } from 'twisted-streams/testing';

import { FileThenIntegers, type Load } from './file-then-integers.js';
import type { FlowMeter } from './flow-meter.js';
import type { ReaderReport } from './reader.js';

/** Bytes of a random integer below 10,000 with its line end, on average. */
const BYTES_PER_INTEGER = 5.889;
/** Milliseconds that the reader may take beyond twice what its speed explains. */
const PATIENCE = 15_000;
/** The longest that a timer can wait. */
const LONGEST = 2 ** 31 - 1;

/** The data that is to flow, and how. */
export interface Plan extends Load {
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes that the reader takes each second. */
  readonly speed: number;
  readonly highWaterMark: number | undefined;
  /** Whether to record the flow, for a picture. */
  readonly isRecorded: boolean;
}

/** How far it is, in bytes. */
export interface Progress {
  readonly received: number;
  readonly buffered: number;
  /** The bytes in all; roughly, because the integers are random. */
  readonly expected: number;
}

/** A recorded flow, at both ends. */
export interface RecordedFlow {
  /** This end's buffer and events. */
  readonly recorder: Pick<FlowRecorder, 'events' | 'samples' | 'pauses' | 'highWaterMark'>;
  /** The reader's reports. */
  readonly reports: readonly ReaderReport[];
  /** When the recorder began: milliseconds since 1970. */
  readonly began: number;
}

/** How it went. */
export interface Outcome {
  /** SHA-256 of the file as it is on the disk, and of all that was pushed after it. */
  readonly sha256: string;
  readonly received: Omit<ReaderReport, 'at'>;
  readonly pulled: FlowMeter;
  readonly pushed: FlowMeter;
  readonly highWaterMark: number;
  /** The error of the file, if it failed. */
  readonly failure: Error | undefined;
  /** The reason that `connectionLost` got. */
  readonly reason: Error;
  /** The flow, if it was recorded. */
  readonly flow: RecordedFlow | undefined;
}

/** Carries `plan` out. */
export async function run(plan: Plan, onProgress: (now: Progress) => void): Promise<Outcome> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(plan.path)) hash.update(chunk as Buffer);

  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reader = startReader(server, plan.speed);
  const expected = plan.size + Math.round(plan.count * BYTES_PER_INTEGER);
  const patience = Math.min(PATIENCE + (2000 * expected) / plan.speed, LONGEST);
  const deadline = setTimeout(() => reader.kill(), patience);
  try {
    const socket = await accept(server, reader);
    const protocol = new FileThenIntegers(plan, socket, hash);
    const reports: ReaderReport[] = [];
    const transport = new DuplexTransport(socket, {
      protocol,
      highWaterMark: plan.highWaterMark,
    });
    const { highWaterMark } = transport;
    const measure = () => ({ written: protocol.written });
    const began = Date.now();
    const recorder = plan.isRecorded ? new FlowRecorder(transport, { measure }) : undefined;
    const flow = recorder && { recorder, reports, began };
    reader.on('message', (report: ReaderReport) => {
      reports.push(report);
      onProgress({ received: report.received, buffered: protocol.backlog.bytes, expected });
    });
    // The reader hangs up its channel after its last report.
    const [reason] = await Promise.all([protocol.lost, once(reader, 'disconnect')]);
    const { pulled, pushed, failure } = protocol;
    const sha256 = hash.digest('hex');
    const received = reports.at(-1) ?? { received: 0 };
    return { sha256, received, pulled, pushed, highWaterMark, failure, reason, flow };
  } finally {
    clearTimeout(deadline);
    reader.kill();
    server.close();
  }
}

function startReader(server: net.Server, speed: number): ChildProcess {
  const { port } = server.address() as net.AddressInfo;
  const program = fileURLToPath(new URL('reader.ts', import.meta.url));
  return fork(program, [String(port), String(speed)]);
}

async function accept(server: net.Server, reader: ChildProcess): Promise<net.Socket> {
  const failed = once(reader, 'exit').then(() => {
    throw new Error('The reader ended before it connected.');
  });
  const [socket] = (await Promise.race([once(server, 'connection'), failed])) as [net.Socket];
  return socket;
}
