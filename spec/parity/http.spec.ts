/**
 * `http.Request`, `ChunkedEncoder`, `TransportProxyProducer`: responses and chunked requests of
 * Node's `http` as consumers, their other halves as producers.
 */
import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import net from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConnectionLost,
  FileSender,
  ReadableProducer,
  WritableConsumer,
} from '../../lib/index.js';
import { numbered, PushProducer } from '../support/producers.js';
import { port, readAll } from '../support/sockets.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const contents = numbered(500_001);
/** More than a system takes in for a reader that does not read. */
const FLOOD = 64 * 2 ** 20;
const PIECE = 16384;

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

describe('HTTP, on node:http', () => {
  const folder = temporaryFolder();
  const servers: http.Server[] = [];
  let agent: http.Agent;
  let path: string;
  before(() => (path = folder.write('contents', contents)));
  beforeEach(() => (agent = new http.Agent({ keepAlive: true, maxSockets: 1 })));
  afterEach(() => {
    agent.destroy();
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  async function serve(handle: Handle): Promise<number> {
    const server = http.createServer(handle).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return port(server);
  }

  function ask(at: number, method = 'GET'): ClientRequest {
    return http.request({ port: at, host: '127.0.0.1', method, agent });
  }

  async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return answer;
  }

  it('sends a file as each of several responses over one connection', async () => {
    const reasons: Promise<Error>[] = [];
    const at = await serve((_request, response) => {
      const consumer = new WritableConsumer(response);
      void new FileSender().beginFileTransfer(path, consumer);
      consumer.loseConnection();
      reasons.push(consumer.closed);
    });
    const ports = new Set<number | undefined>();
    for (let count = 0; count < 3; count++) {
      const answer = await answerTo(ask(at).end());
      ports.add(answer.socket.localPort);
      expect(answer.headers).to.include({ 'transfer-encoding': 'chunked' });
      expect((await readAll(answer)).equals(contents)).to.equal(true);
    }
    expect(ports.size).to.equal(1);
    for (const reason of await Promise.all(reasons))
      expect(reason).to.be.instanceOf(ConnectionDone);
  });

  it('sends no byte of the body in answer to HEAD, and keeps the connection', async () => {
    const at = await serve((_request, response) => {
      response.setHeader('Content-Length', contents.length); // Else Node's client won't keep it.
      const consumer = new WritableConsumer(response);
      new PushProducer(consumer, contents, PIECE).start();
      consumer.loseConnection();
    });
    const ports = new Set<number | undefined>();
    for (const [method, length] of [
      ['HEAD', 0],
      ['GET', contents.length],
    ] as const) {
      const answer = await answerTo(ask(at, method).end());
      ports.add(answer.socket.localPort);
      expect(await readAll(answer)).to.have.length(length);
    }
    expect(ports.size).to.equal(1);
  });

  it('sends a chunked request, and passes it on through a proxy with its answer', async () => {
    const origin = await serve((request, response) => {
      expect(request.headers).to.include({ 'transfer-encoding': 'chunked' });
      response.writeHead(201);
      relay(request, response);
    });
    const proxy = await serve((request, response) => {
      const onward = http.request({ port: origin, host: '127.0.0.1', method: 'POST' });
      relay(request, onward);
      onward.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 500);
        relay(answer, response);
      });
    });
    const request = ask(proxy, 'POST');
    const answered = answerTo(request);
    const consumer = new WritableConsumer(request);
    new PushProducer(consumer, contents, 10_000).start();
    consumer.loseConnection();
    const answer = await answered;
    expect(answer.statusCode).to.equal(201);
    expect((await readAll(answer)).equals(contents)).to.equal(true);
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
  });

  /** All of `from` to `to`, which ends with it. */
  function relay(from: IncomingMessage, to: ClientRequest | ServerResponse): void {
    const consumer = new WritableConsumer(to);
    void new ReadableProducer(from).startProducing(consumer).then(() => consumer.loseConnection());
  }

  /** A server that floods its client, with what it did, and a client that has asked and reads nothing. */
  async function flood() {
    let begin!: (of: { producer: PushProducer; consumer: WritableConsumer }) => void;
    const begun = new Promise<Parameters<typeof begin>[0]>((resolve) => (begin = resolve));
    let peak = 0;
    const at = await serve((_request, response) => {
      const consumer = new WritableConsumer(response);
      const write = consumer.write.bind(consumer);
      consumer.write = (data) => {
        write(data);
        peak = Math.max(peak, consumer.writableLength);
      };
      const producer = new PushProducer(consumer, Buffer.alloc(FLOOD), PIECE).start();
      consumer.loseConnection();
      begin({ producer, consumer });
    });
    const client = net.connect({ port: at, host: '127.0.0.1' }).pause();
    client.on('error', () => {});
    client.write('GET / HTTP/1.0\r\n\r\n');
    const { producer, consumer } = await begun;
    let before;
    do {
      before = producer.sent;
      for (let turns = 0; turns < 50; turns++) await turn();
    } while (producer.sent > before);
    return { client, producer, consumer, peak: () => peak };
  }

  it('pauses the producer while the client stops reading, and then sends it all', async () => {
    const { client, producer, consumer, peak } = await flood();
    expect(producer.paused).to.equal(true);
    expect(producer.sent).to.be.below(FLOOD);
    let received = 0;
    client.on('data', (data) => (received += data.length)).resume();
    await once(client, 'end');
    client.end();
    expect(received).to.be.within(FLOOD, FLOOD + 1000); // And the head.
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    expect(peak()).to.be.at.most(consumer.highWaterMark + PIECE + 1000);
  });

  it('stops the producer when the client aborts', async () => {
    const { client, producer, consumer } = await flood();
    client.resetAndDestroy();
    expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
    expect(producer.log.at(-1)).to.equal('stop');
    expect(producer.log.filter((told) => told === 'stop')).to.have.length(1);
    expect(producer.sent).to.be.below(FLOOD);
  });

  it('stops the producer of a request whose server hangs up', async () => {
    const at = await serve((request) => request.destroy());
    const request = ask(at, 'POST');
    request.on('error', () => {});
    const consumer = new WritableConsumer(request);
    const producer = new PushProducer(consumer, Buffer.alloc(FLOOD), PIECE).start();
    expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
    expect(producer.log.at(-1)).to.equal('stop');
  });
});
