/** Each callback runs in the context of an `AsyncLocalStorage` to which it belongs. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';

import { expect } from 'chai';

import {
  Bucket,
  DuplexTransport,
  Factory,
  type IPullProducer,
  type IPushProducer,
  log,
  Protocol,
  reactor,
  ShapedConsumer,
} from '../lib/index.js';
import { ThrottlingFactory } from '../lib/protocols/index.js';
import { waitForTurn } from '../lib/base/turn.js';
import { Clock, StringTransport } from '../lib/testing/index.js';

const storage = new AsyncLocalStorage<string>();
const NAMES = ['first', 'second', 'third'];

/** Each of `NAMES` in a context with that name. */
function inEach(act: (name: string) => void): void {
  for (const name of NAMES) storage.run(name, act, name);
}

describe('The context of an AsyncLocalStorage', () => {
  it('is that of the request for a turn, for each of the flows that have a turn together', async () => {
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      inEach((name) => {
        const run = (): void => {
          seen.push([name, storage.getStore()]);
          if (seen.length === NAMES.length) resolve();
        };
        waitForTurn({ run });
      });
    });
    expect(seen).to.deep.equal(NAMES.map((name) => [name, name]));
  });

  it('is its own for the producer of each of many connections that share the event loop', async () => {
    const COUNT = 20;
    const foreign = new Set<unknown>();
    let asked = 0;
    /** Pushes a few megabytes, and notes each context that is not its own. */
    class Pusher implements IPushProducer {
      private left = 60;
      private paused = false;
      constructor(
        private readonly name: string,
        private readonly transport: DuplexTransport,
      ) {}
      private check(): void {
        asked += 1;
        const store = storage.getStore();
        if (store !== this.name) foreign.add(store);
      }
      pauseProducing(): void {
        this.check();
        this.paused = true;
      }
      resumeProducing(): void {
        this.check();
        this.paused = false;
        this.push();
      }
      stopProducing(): void {
        this.check();
      }
      push(): void {
        while (!this.paused && this.left-- > 0) this.transport.write(Buffer.alloc(65_536));
        if (this.left >= 0) return;
        this.transport.unregisterProducer();
        this.transport.loseConnection();
      }
    }
    class Source extends Protocol {
      override connectionMade(): void {
        const pusher = new Pusher(storage.getStore()!, this.transport as DuplexTransport);
        this.transport.registerProducer(pusher, true);
        pusher.push();
      }
    }
    const closed: Promise<Error>[] = [];
    const server = net.createServer((socket) => {
      storage.run(`connection ${closed.length}`, () => {
        closed.push(new DuplexTransport(socket, { protocol: new Source() }).closed);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ends = Array.from({ length: COUNT }, async () => {
      const client = net.connect(port, '127.0.0.1').resume();
      await once(client, 'close');
    });
    await Promise.all(ends);
    await Promise.all(closed);
    server.close();
    expect(asked).to.be.greaterThan(COUNT * 10);
    expect([...foreign]).to.deep.equal([]);
  });

  it('is that of callLater, for calls that one timer makes, and for the log of those that fail', async () => {
    const seen: unknown[] = [];
    const stop = log.addObserver(({ error }) => seen.push([error, storage.getStore()]));
    inEach((name) => {
      reactor.callLater(0.001, () => seen.push([name, storage.getStore()]));
      reactor.callLater(0.001, () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- a name is easy to compare
        throw name;
      });
    });
    while (seen.length < 2 * NAMES.length) await later(1);
    stop();
    expect(seen).to.have.deep.members(
      NAMES.flatMap((name) => [
        [name, name],
        [name, name],
      ]),
    );
  });

  it('is its own for each producer that waits for room in the same bucket', () => {
    const clock = new Clock();
    class Timed extends Bucket {
      override now = () => clock.seconds();
      // eslint-disable-next-line @typescript-eslint/unbound-method -- it needs no `this`
      override callLater = clock.callLater;
    }
    const bucket = new Timed();
    bucket.maxburst = 10;
    bucket.rate = 10;
    const seen: unknown[] = [];
    const transports = new Map<string, StringTransport>();
    inEach((name) => {
      const transport = new StringTransport();
      transports.set(name, transport);
      const write = transport.write.bind(transport);
      transport.write = (data) => {
        seen.push([name, storage.getStore()]);
        write(data);
      };
      const shaped = new ShapedConsumer(transport, bucket);
      const producer = {
        resumeProducing() {
          seen.push([name, storage.getStore()]);
          shaped.write(Buffer.alloc(10));
        },
        stopProducing() {},
      };
      shaped.registerProducer(producer, false);
    });
    for (let second = 0; second < 10; second++) {
      inEach((name) => (transports.get(name)!.producer as IPullProducer).resumeProducing());
      clock.advance(1);
    }
    expect(seen.length).to.be.greaterThan(10);
    for (const [name, store] of seen as [string, unknown][]) expect(store).to.equal(name);
  });

  it('is its own for each producer that a factory throttles, and for the input that it lets go on', () => {
    const clock = new Clock();
    const seen: unknown[] = [];
    const factory = new ThrottlingFactory(Factory.forProtocol(Protocol), 10, 5, 5);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it needs no `this`
    factory.callLater = clock.callLater;
    inEach((name) => {
      const note = (): void => {
        seen.push([name, storage.getStore()]);
      };
      const protocol = factory.buildProtocol({ type: 'PIPE' })!;
      const transport = new StringTransport();
      transport.pauseProducing = transport.resumeProducing = note;
      protocol.makeConnection(transport);
      const { transport: wrapper } = (protocol as unknown as { wrappedProtocol: Protocol })
        .wrappedProtocol;
      const producer = { pauseProducing: note, resumeProducing: note, stopProducing() {} };
      wrapper.registerProducer(producer, true);
      wrapper.write(Buffer.alloc(4));
      protocol.dataReceived(Buffer.alloc(4));
    });
    clock.advance(1);
    clock.advance(10);
    expect(seen).to.have.length(4 * NAMES.length);
    for (const [name, store] of seen as [string, unknown][]) expect(store).to.equal(name);
  });
});
