/**
 * A program that talks over its standard input and output, for ../endpoints/standard-io/standard-io.spec.ts. It
 * says on standard error what its protocol was told.
 *
 *     standard-io-program.ts echo|late|close|flood|half|abort|drop|row|many
 */
import { StandardIO, Protocol, type ITransport } from '../../lib/index.js';
import { numbered } from './producers.js';

const tell = (what: string): void => void process.stderr.write(`${what}\n`);

/** Sends back what it gets, as long as it is connected. */
class Echo extends Protocol<StandardIO> {
  override makeConnection(transport: ITransport): void {
    tell('made');
    super.makeConnection(transport);
  }

  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }

  override connectionLost({ name, cause }: Error): void {
    const code = cause instanceof Error && 'code' in cause ? ` ${String(cause.code)}` : '';
    tell(name + code);
  }
}

/** Answers only when it has heard everything, and not at once. */
class Late extends Echo {
  private heard = 0;

  override dataReceived(data: Buffer): void {
    this.heard += data.length;
  }

  readConnectionLost(): void {
    tell('readConnectionLost');
    setTimeout(() => {
      this.transport.writeSequence([Buffer.from(`${this.heard}\n`), numbered(1_000_000)]);
      this.transport.loseConnection();
    }, 20);
  }

  writeConnectionLost(): void {
    tell('writeConnectionLost');
  }
}

/** Says a lot, and closes although there is more to hear. */
class Close extends Echo {
  override connectionMade(): void {
    this.transport.write(numbered(1_000_000));
    this.transport.loseConnection();
  }
}

/** Says more than its reader takes, and only stops when it is stopped. */
class Flood extends Echo {
  private paused = false;
  private stopped = false;

  override connectionMade(): void {
    this.transport.registerProducer(this, true);
    this.resumeProducing();
  }

  pauseProducing(): void {
    if (!this.paused) tell('pause');
    this.paused = true;
  }

  resumeProducing(): void {
    this.paused = false;
    while (!this.paused && !this.stopped) this.transport.write(Buffer.alloc(10_000, 'x'));
  }

  stopProducing(): void {
    this.stopped = true;
    tell('stop');
  }
}

/** Ends its output and still listens. */
class Half extends Late {
  override connectionMade(): void {
    this.transport.write(Buffer.from('first\n'));
    this.transport.loseWriteConnection();
  }

  override readConnectionLost(): void {
    tell('readConnectionLost');
    this.transport.loseConnection();
  }
}

class Abort extends Echo {
  override connectionMade(): void {
    this.transport.abortConnection();
  }
}

/** Aborts while a piece is delivered; the next connection does so with the next piece. */
class Drop extends Echo {
  constructor(private readonly after = 1) {
    super();
  }

  override dataReceived(data: Buffer): void {
    tell(`dataReceived ${String(data)}`);
    this.transport.abortConnection();
  }

  override connectionLost(reason: Error): void {
    super.connectionLost(reason);
    if (this.after > 0) new StandardIO(new Drop(this.after - 1));
  }
}

/** Sends one piece back, reads no more, and leaves the rest to the next connection. */
class Row extends Echo {
  constructor(private readonly after = 2) {
    super();
  }

  override dataReceived(data: Buffer): void {
    super.dataReceived(data);
    if (this.after === 0) return;
    this.transport.pauseProducing();
    let turns = 50; // Enough for a file to give another piece, if it were asked.
    const turn = () => void (--turns > 0 ? setImmediate(turn) : this.leave());
    turn();
  }

  private leave(): void {
    if (this.after === 2) this.transport.loseConnection();
    else this.transport.abortConnection();
  }

  override connectionLost(reason: Error): void {
    super.connectionLost(reason);
    if (this.after > 0) new StandardIO(new Row(this.after - 1));
    else console.log('the end');
  }
}

/** Closes at once, bears what fails later, and tells whether twelve connections leave more behind than one does. */
class Many extends Protocol<StandardIO> {
  constructor(
    private readonly left = 11,
    private readonly first = '',
  ) {
    super();
  }

  override connectionMade(): void {
    this.transport.loseConnection();
  }

  override connectionLost(): void {
    const streams = [process.stdin, process.stdout];
    const events = ['data', 'end', 'close', 'error', 'drain', 'finish'];
    const counts = streams.map((stream) => events.map((event) => stream.listenerCount(event)));
    const found = JSON.stringify(counts);
    const first = this.first || found;
    if (this.left > 0) {
      new StandardIO(new Many(this.left - 1, first));
      return;
    }
    setImmediate(() => {
      // Must not end the process, although stdout may say it for each of several writes.
      for (const stream of [...streams, ...streams]) stream.emit('error', new Error('late'));
      tell(found === first ? 'as much' : `${first} ${found}`);
    });
  }
}

const protocols = {
  echo: Echo,
  late: Late,
  close: Close,
  flood: Flood,
  half: Half,
  abort: Abort,
  drop: Drop,
  row: Row,
  many: Many,
};
const name = process.argv[2] as keyof typeof protocols;
const { type } = new StandardIO(new protocols[name]()).getPeer();
if (type !== 'PIPE') tell(type);
