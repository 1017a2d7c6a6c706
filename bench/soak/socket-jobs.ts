/** Jobs on sockets. */
import { fileURLToPath } from 'node:url';
import { readFile } from 'node:fs/promises';

import {
  ClientFactory,
  connect,
  DuplexTransport,
  Factory,
  FileSender,
  listen,
  Protocol,
  WritableConsumer,
} from '../library/index.js';
import { all, type Ends, tcp, unix } from './connections.js';
import { assertBytes, assertReason, DATA, type Job } from './job.js';

/** Writes DATA in pieces until it is paused. */
class Pieces {
  private sent = 0;
  private isPaused = false;

  constructor(private readonly consumer: WritableConsumer) {
    consumer.registerProducer(this, true);
    this.resumeProducing();
  }

  resumeProducing(): void {
    this.isPaused = false;
    while (!this.isPaused) {
      const piece = DATA.subarray(this.sent, (this.sent += 1000));
      if (piece.length === 0) {
        this.isPaused = true;
        this.consumer.unregisterProducer();
      } else {
        this.consumer.write(piece);
      }
    }
  }

  pauseProducing(): void {
    this.isPaused = true;
  }

  stopProducing(): void {
    this.isPaused = true;
  }
}

async function push({ ours, peer }: Ends): Promise<void> {
  const received = all(peer);
  const consumer = new WritableConsumer(ours);
  new Pieces(consumer);
  consumer.loseConnection();
  assertBytes(await received);
  assertReason(await consumer.closed, 'ERR_CONNECTION_DONE');
}

const THIS_FILE = fileURLToPath(import.meta.url);

async function sendFile({ ours, peer }: Ends): Promise<void> {
  const received = all(peer);
  const consumer = new WritableConsumer(ours);
  const sent = new FileSender().beginFileTransfer(THIS_FILE, consumer);
  consumer.loseConnection();
  await sent;
  assertBytes(await received, await readFile(THIS_FILE));
}

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

async function echo({ ours, peer }: Ends): Promise<void> {
  const received = all(peer);
  const transport = new DuplexTransport(ours, { protocol: new Echo() });
  peer.write(DATA);
  let count = 0;
  peer.on('data', (chunk: Buffer) => {
    if ((count += chunk.length) === DATA.length) peer.end();
  });
  assertBytes(await received);
  assertReason(await transport.closed, 'ERR_CONNECTION_DONE');
}

async function abort({ ours, peer }: Ends): Promise<void> {
  peer.resume();
  const consumer = new WritableConsumer(ours);
  consumer.write(Buffer.alloc(5_000_000));
  consumer.abortConnection();
  assertReason(await consumer.closed, 'ERR_CONNECTION_ABORTED');
}

async function reset({ ours, peer }: Ends): Promise<void> {
  const transport = new DuplexTransport(ours, { protocol: new Echo() });
  transport.write(Buffer.alloc(5_000_000));
  peer.resetAndDestroy();
  assertReason(await transport.closed, 'ERR_CONNECTION_LOST');
}

class HalfClosing extends Protocol {
  readonly received: Buffer[] = [];
  override dataReceived(data: Buffer): void {
    this.received.push(data);
  }
  readConnectionLost(): void {
    this.transport.write(Buffer.concat(this.received));
    this.transport.loseConnection();
  }
  writeConnectionLost(): void {}
}

async function halfClose({ ours, peer }: Ends): Promise<void> {
  const received = all(peer);
  new DuplexTransport(ours, { protocol: new HalfClosing() });
  peer.end(DATA);
  assertBytes(await received);
}

async function listenAndConnect(): Promise<void> {
  let done = (_data: Buffer) => {};
  const finished = new Promise<Buffer>((resolve) => (done = resolve));
  class Client extends Protocol {
    private readonly received: Buffer[] = [];
    private count = 0;
    override connectionMade(): void {
      this.transport.write(DATA);
    }
    override dataReceived(data: Buffer): void {
      this.received.push(data);
      if ((this.count += data.length) === DATA.length) this.transport.loseConnection();
    }
    override connectionLost(): void {
      done(Buffer.concat(this.received));
    }
  }
  const port = await listen(Factory.forProtocol(Echo), { port: 0, host: '127.0.0.1' });
  connect(ClientFactory.forProtocol(Client), { port: port.getHost().port });
  assertBytes(await finished);
  await port.stopListening();
}

/** Jobs that take a connection, over each kind of socket. */
const overEach = (name: string, job: (ends: Ends) => Promise<void>): Job[] => [
  { name: `${name}, TCP`, run: async () => job(await tcp()) },
  { name: `${name}, UNIX`, run: async () => job(await unix()) },
];

export const SOCKET_JOBS: readonly Job[] = [
  ...overEach('push', push),
  ...overEach('send a file', sendFile),
  ...overEach('echo', echo),
  ...overEach('abort', abort),
  { name: 'reset by the other end, TCP', run: async () => reset(await tcp()) },
  ...overEach('half close', halfClose),
  { name: 'listen and connect', run: listenAndConnect },
];
