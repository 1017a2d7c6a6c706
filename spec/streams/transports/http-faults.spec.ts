/** Messages of HTTP that Node tells less of than of other streams. */
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  type IPushProducer,
  ReadableProducer,
  WritableConsumer,
} from '../../../lib/index.js';
import { watchQueue } from '../../../lib/streams/any-stream/queued-answer.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { idle } from '../../support/own-protocols.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { port } from '../../support/sockets.js';
import { until } from '../../support/until.js';

/** A request of a client, and what the server was given of it. */
async function exchange(agent: http.Agent | false) {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = http.request({ host: '127.0.0.1', port: port(server), method: 'POST', agent });
  request.on('error', () => {});
  request.flushHeaders();
  const [received, response] = (await once(server, 'request')) as [
    http.IncomingMessage,
    http.ServerResponse,
  ];
  const dispose = (): void => {
    request.destroy();
    server.closeAllConnections();
    server.close();
  };
  return { request, received, response, dispose };
}

describe('A response over HTTP/1.0 that is aborted', () => {
  const local = { port: 0, host: '127.0.0.1' };

  // The body of an answer to HTTP/1.0 ends with the connection: a proxy would take it for the whole.
  it('resets its connection, so that the client knows that the body is cut', async () => {
    const server = http.createServer().listen(local);
    await once(server, 'listening');
    const client = net.connect(port(server), local.host);
    client.write('GET / HTTP/1.0\r\n\r\n');
    const [, response] = (await once(server, 'request')) as [unknown, http.ServerResponse];
    const consumer = new WritableConsumer(response);
    consumer.write(Buffer.from('half of it'));
    await once(client, 'data');
    const failed = once(client, 'error');
    consumer.abortConnection();
    const [error] = (await failed) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNRESET');
    expect(await consumer.closed).to.be.instanceOf(ConnectionAborted);
    expect(response.destroyed).to.equal(true);
    server.close();
  });

  it('leaves the connection to the answer before it, on which it waits', async () => {
    const server = http.createServer().listen(local);
    await once(server, 'listening');
    const client = net.connect(port(server), local.host);
    client.write('GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n');
    const responses: http.ServerResponse[] = [];
    server.on('request', (_request, response) => responses.push(response));
    await until(() => responses.length === 2);
    new WritableConsumer(responses[1]!).abortConnection();
    responses[0]!.end('the first');
    const [data] = (await once(client, 'data')) as [Buffer];
    expect(data.toString()).to.contain('the first');
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
});

describe('A request over HTTP/1 whose answer has come already', () => {
  it('is written to its end, although Node no longer says that it has drained', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const { request, received, response, dispose } = await exchange(agent);
    let size = 0;
    received.on('data', (data: Buffer) => (size += data.length));
    const consumer = new WritableConsumer(request);
    response.end('early');
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    await once(answer.resume(), 'end');
    let left = 40;
    const producer = {
      pauseProducing() {},
      resumeProducing() {
        left -= 1;
        if (left >= 0) {
          consumer.write(Buffer.alloc(50_000));
        } else {
          consumer.unregisterProducer();
          consumer.loseConnection();
        }
      },
      stopProducing() {},
    };
    const whole = once(received, 'end');
    consumer.registerProducer(producer, false);
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    await whole;
    expect(size).to.equal(2_000_000);
    agent.destroy();
    dispose();
  });

  it('fails its transfer if the server closes the connection, of which Node does not tell', async () => {
    const { received, response, request, dispose } = await exchange(false);
    response.end('early');
    await once(response, 'close');
    request.write('more');
    const consumer = new RecordingConsumer();
    const error = await rejection(new ReadableProducer(received).startProducing(consumer));
    expect(error).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    expect(consumer.producer).to.equal(null);
    expect(received.socket.listenerCount('close')).to.be.below(3);
    dispose();
  });

  it('fails its transfer if the connection had closed before that begins', async () => {
    const { received, response, dispose } = await exchange(false);
    response.end('early');
    const closed = once(received.socket, 'close');
    received.socket.destroy();
    await closed;
    expect(received.destroyed).to.equal(false);
    const error = await rejection(
      new ReadableProducer(received).startProducing(new RecordingConsumer()),
    );
    expect(error).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    dispose();
  });

  it('gives what it has to its transfer if all of it has come, although the connection is closed', async () => {
    const { request, received, response, dispose } = await exchange(false);
    const consumer = new RecordingConsumer();
    const transfer = new ReadableProducer(received).startProducing(consumer);
    const producer = consumer.producer as IPushProducer;
    producer.pauseProducing();
    request.end('all of it');
    await until(() => received.complete);
    response.end('early');
    const closed = once(received.socket, 'close');
    received.socket.destroy();
    await closed;
    await new Promise(setImmediate);
    producer.resumeProducing();
    await transfer;
    expect(String(consumer.received)).to.equal('all of it');
    dispose();
  });

  it('fails its transfer if the connection is closed while that goes on', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const { request, received, response, dispose } = await exchange(agent);
    const consumer = new RecordingConsumer();
    const transfer = rejection(new ReadableProducer(received).startProducing(consumer));
    response.end('early');
    request.write('some');
    await once(response, 'close');
    received.socket.destroy();
    expect(await transfer)
      .to.have.property('code')
      .that.is.a('string');
    expect(consumer.producer).to.equal(null);
    agent.destroy();
    dispose();
  });
});

describe('A message over HTTP/1 that came whole, and is not read yet', () => {
  it('fails its transfer if its request is destroyed: Node discards the rest, and says end', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const { request, received, response, dispose } = await exchange(agent);
    received.resume();
    request.end();
    const consumer = new RecordingConsumer();
    response.write('some');
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    const transfer = rejection(new ReadableProducer(answer).startProducing(consumer));
    const producer = consumer.producer as IPushProducer;
    consumer.wrote = () => producer.pauseProducing();
    await until(() => consumer.received.length > 0);
    await until(() => response.write(' and more') && answer.readableLength > 0);
    response.end(' and the rest');
    await until(() => answer.complete);
    request.destroy();
    producer.resumeProducing();
    expect(await transfer).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    expect(String(consumer.received)).to.match(/^some/).and.not.match(/rest$/);
    expect(consumer.producer).to.equal(null);
    agent.destroy();
    dispose();
  });

  it('is empty if it has no body, although Node discards it too once it was answered', async () => {
    const { request, received, response, dispose } = await exchange(false);
    const consumer = new RecordingConsumer();
    request.end();
    await until(() => received.complete);
    response.end('answered');
    await once(response, 'close');
    await new ReadableProducer(received).startProducing(consumer);
    expect(consumer.chunks).to.deep.equal([]);
    dispose();
  });
});

describe('A message over HTTP/1 that is read', () => {
  it('leaves no listener on its connection, over which others come', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const listeners: number[] = [];
    const server = http.createServer((received, response) => {
      void new ReadableProducer(received).startProducing(new RecordingConsumer()).then(() => {
        listeners.push(received.socket.listenerCount('close'));
        response.end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    for (let times = 0; times < 3; times++) {
      const to = { host: '127.0.0.1', port: port(server), method: 'POST', agent };
      const request = http.request(to).end('body');
      const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
      await once(answer.resume(), 'close');
    }
    expect(listeners).to.deep.equal([listeners[0], listeners[0], listeners[0]]);
    agent.destroy();
    server.close();
  });

  it('fails its transfer with Node’s reason if its connection is destroyed', async () => {
    const { received, dispose } = await exchange(false);
    const transfer = new ReadableProducer(received).startProducing(new RecordingConsumer());
    received.socket.destroy();
    expect(await rejection(transfer)).to.have.property('code', 'ECONNRESET');
    dispose();
  });
});

describe('An answer over HTTP/1 that waits for an earlier one', () => {
  /** The answers to twelve requests that a client sends at once. */
  const queued = async () => {
    const server = http.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect(port(server), '127.0.0.1').on('error', () => {});
    const answers: http.ServerResponse[] = [];
    server.on('request', (_request, answer) => answers.push(answer));
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(12));
    await until(() => answers.length === 12);
    return { client, server, answers };
  };

  for (const when of ['that is written', 'whose close waits to be sent'] as const) {
    it(`loses its writer, ${when}, if the connection is lost`, async () => {
      const { client, server, answers } = await queued();
      const consumers = answers.slice(1).map((answer) => new WritableConsumer(answer));
      const producer = idle();
      for (const consumer of consumers) {
        consumer.registerProducer(producer, true);
        consumer.write(Buffer.alloc(50_000));
        if (when === 'that is written') continue;
        consumer.unregisterProducer();
        consumer.loseConnection();
      }
      await new Promise(setImmediate);
      const { socket } = answers[0]!;
      expect(socket!.listenerCount('close')).to.be.below(10);
      client.destroy();
      for (const consumer of consumers) {
        expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      }
      sinon.assert.callCount(producer.stopProducing, when === 'that is written' ? 11 : 0);
      server.close();
    });
  }

  it('has lost its writer already, if that has aborted it', async () => {
    const { client, server, answers } = await queued();
    const consumer = new WritableConsumer(answers[1]!);
    consumer.abortConnection();
    expect(await consumer.closed).to.be.instanceOf(ConnectionAborted);
    const closed = once(answers[0]!, 'close');
    client.destroy();
    await closed; // The queue is told before the first answer is.
    server.close();
  });

  it('is no longer watched once it is its turn, for then Node tells it', async () => {
    const { client, server, answers } = await queued();
    const told: number[] = [];
    for (const index of [0, 1, 2]) watchQueue(answers[index]!, () => told.push(index));
    const { socket } = answers[0]!;
    answers[0]!.end('first');
    await until(() => answers[1]!.socket !== null);
    const closed = once(socket!, 'close');
    client.destroy();
    await closed;
    expect(told).to.deep.equal([2]);
    server.close();
  });

  it('is sent after it', async () => {
    const { client, server, answers } = await queued();
    const consumer = new WritableConsumer(answers[1]!);
    consumer.write(Buffer.from('second'));
    consumer.loseConnection();
    let said = '';
    client.on('data', (data: Buffer) => (said += String(data)));
    answers[0]!.end('first');
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    await until(() => said.includes('second'));
    expect(said.indexOf('first')).to.be.within(1, said.indexOf('second'));
    client.destroy();
    server.close();
  });
});

describe('A message over HTTP/2 loses its writer', () => {
  it('of an Http2ServerResponse whose stream had closed before', async () => {
    const { session, request, response, dispose } = await http2Exchange('POST', 'request');
    session.on('error', () => {});
    request.on('error', () => {});
    const { stream } = response;
    stream.on('error', () => {});
    session.destroy();
    await once(stream, 'close');
    const consumer = new WritableConsumer(response);
    const producer = { ...idle(), resumeProducing: () => consumer.write(Buffer.from('late')) };
    consumer.registerProducer(producer, false);
    expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
    sinon.assert.calledOnce(producer.stopProducing);
    dispose();
  });

  it('of an Http2ServerResponse for the error of its stream', async () => {
    const { request, response, dispose } = await http2Exchange('POST', 'request');
    request.on('error', () => {});
    const consumer = new WritableConsumer(response);
    consumer.write(Buffer.from('some'));
    await once(request, 'data');
    request.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    const reason = await consumer.closed;
    expect(reason).to.be.instanceOf(ConnectionLost);
    expect(reason.cause).to.have.property('code', 'ERR_HTTP2_STREAM_ERROR');
    dispose();
  });

  it('of an Http2ServerResponse whose stream other code has ended', async () => {
    const { response, dispose } = await http2Exchange('GET', 'request');
    const consumer = new WritableConsumer(response);
    response.stream.respond();
    response.stream.end();
    consumer.write(Buffer.from('late'));
    const reason = await consumer.closed;
    expect(reason).to.be.instanceOf(ConnectionLost);
    expect(reason.cause).to.have.property('code', 'ERR_STREAM_WRITE_AFTER_END');
    dispose();
  });

  it('of a client that cancels it, and leaves it to Node, which sends the reset before it destroys it', async () => {
    const { request, accepted, dispose } = await http2Exchange('POST');
    const consumer = new WritableConsumer(request);
    consumer.write(Buffer.alloc(500_000));
    const aborted = once(accepted, 'aborted');
    request.close(http2.constants.NGHTTP2_CANCEL);
    expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
    expect(request.errored).to.equal(null);
    await aborted;
    expect(accepted.rstCode).to.equal(http2.constants.NGHTTP2_CANCEL);
    await until(() => request.destroyed);
    dispose();
  });

  it('of an Http2ServerResponse whose stream the server closes while it takes nothing', async () => {
    const { request, response, dispose } = await http2Exchange('GET', 'request');
    request.pause();
    const { stream } = response;
    const consumer = new WritableConsumer(response);
    const producer = idle();
    consumer.registerProducer(producer, true);
    consumer.write(Buffer.alloc(500_000));
    while (stream.writableLength === 0) await new Promise(setImmediate);
    stream.close();
    expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
    sinon.assert.calledOnce(producer.stopProducing);
    dispose();
  });

  it('of a client whose server cuts the stream while it takes nothing, and before it answers', async () => {
    const { request, accepted, dispose } = await http2Exchange('POST');
    request.on('error', () => {});
    accepted.on('error', () => {});
    const consumer = new WritableConsumer(request);
    const producer = idle();
    consumer.registerProducer(producer, true);
    consumer.write(Buffer.alloc(500_000));
    while (request.writableLength === 0) await new Promise(setImmediate);
    accepted.destroy();
    const reason = await consumer.closed;
    expect(reason).to.be.instanceOf(ConnectionLost);
    sinon.assert.calledOnce(producer.stopProducing);
    dispose();
  });
});
