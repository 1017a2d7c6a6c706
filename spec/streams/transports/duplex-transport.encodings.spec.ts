/** A transport of a stream that was told an encoding: its bytes arrive unchanged, or it is lost. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import { ConnectionDone, ConnectionLost, DuplexTransport, toWeb } from '../../../lib/index.js';
import { ProducerReadable, StandardIO } from '../../../lib/index.js';
import { AccumulatingProtocol } from '../../../lib/testing/index.js';
import { readableStreams, through2 } from '../../support/older-libraries.js';
import { tcpPair } from '../../support/sockets.js';

const bytes = Buffer.from(Array.from({ length: 99 }, (_, i) => (i * 7) & 255));

/** When the encoding is set. */
const times = ['before it is wrapped', 'after that', 'when data has come'];

describe('A DuplexTransport of a stream that was told UTF-16', () => {
  for (const when of times) {
    it(`is lost if the data end with half a unit (set ${when})`, async () => {
      for (const length of [99, 98]) {
        const { client, server } = await tcpPair();
        if (when === times[0]) server.setEncoding('utf16le');
        const protocol = new AccumulatingProtocol();
        const transport = new DuplexTransport(server, { protocol });
        if (when === times[1]) server.setEncoding('utf16le');
        protocol.dataReceived = function (data) {
          AccumulatingProtocol.prototype.dataReceived.call(this, data);
          if (when === times[2] && server.readableEncoding === null) server.setEncoding('utf16le');
        };
        client.write(bytes.subarray(0, 10));
        await new Promise((resolve) => server.once('data', resolve));
        client.end(bytes.subarray(10, length));
        const reason = await transport.closed;
        client.destroy();
        if (length === 98) {
          expect(reason).to.be.instanceOf(ConnectionDone);
          expect(protocol.data.equals(bytes.subarray(0, 98))).to.equal(true);
        } else {
          expect(reason).to.be.instanceOf(ConnectionLost);
          expect(reason.cause).to.have.property('message').that.includes('UTF-16');
        }
      }
    });
  }

  it('is lost if half a unit is all that comes', async () => {
    const stream = new PassThrough().setEncoding('utf16le');
    const protocol = new AccumulatingProtocol();
    const transport = new DuplexTransport(stream, { protocol });
    stream.end(bytes.subarray(0, 1));
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
    expect(protocol.data).to.have.lengthOf(0);
  });

  it('is lost if half a unit is all that comes after it was told', async () => {
    const stream = new PassThrough();
    const protocol = new AccumulatingProtocol();
    const transport = new DuplexTransport(stream, { protocol });
    const begun = once(stream, 'data');
    stream.write(bytes.subarray(0, 2));
    await begun;
    stream.setEncoding('utf16le').end(bytes.subarray(2, 3));
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
  });

  for (const when of times.slice(0, 2)) {
    it(`is lost if it is the standard input (set ${when})`, async () => {
      const stdin = new PassThrough();
      if (when === times[0]) stdin.setEncoding('utf16le');
      const protocol = new AccumulatingProtocol();
      new StandardIO(protocol, { stdin, stdout: new PassThrough() });
      if (when === times[1]) stdin.setEncoding('utf16le');
      stdin.end(bytes);
      await protocol.closedDeferred;
      expect(protocol.closedReason).to.be.instanceOf(ConnectionLost);
    });

    it(`fails as a WHATWG stream (set ${when})`, async () => {
      const readable = new ProducerReadable();
      if (when === times[0]) readable.setEncoding('utf16le');
      const reader = toWeb(readable).getReader();
      if (when === times[1]) readable.setEncoding('utf16le');
      readable.write(bytes);
      readable.finish();
      const read = async (): Promise<void> => {
        while (!(await reader.read()).done);
      };
      const failure = await read().then(
        () => 'it ended',
        (error: Error) => error.message,
      );
      expect(failure).to.include('UTF-16');
    });
  }
});

describe('A stream of an older library that was told its encoding behind bytes', () => {
  const makers = {
    'readable-stream 1': () => new readableStreams['readable-stream 1'].PassThrough(),
    'readable-stream 2': () => new readableStreams['readable-stream 2'].PassThrough(),
    'through2 2': () => through2['through2 2'](),
  };
  for (const [name, make] of Object.entries(makers)) {
    it(`loses its connection, and gives no other bytes (${name})`, async () => {
      const stream = make();
      stream.write(bytes);
      stream.setEncoding('hex');
      const protocol = new AccumulatingProtocol();
      const transport = new DuplexTransport(stream, { protocol });
      const reason = await transport.closed;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(reason.cause).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(protocol.data).to.have.lengthOf(0);
    });
  }
});
