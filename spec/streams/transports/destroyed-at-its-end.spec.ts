/** Streams that are destroyed without an error, and then say `end` as if the other end had hung up. */
import * as core from 'node:stream';
import { TransformStream } from 'node:stream/web';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import { ConnectionDone, ConnectionLost, DuplexTransport } from '../../../lib/index.js';
import { AccumulatingProtocol } from '../../../lib/testing/index.js';

/** A duplex that takes its time to be destroyed, and ends its input meanwhile. */
const slowToGo = (Duplex: typeof core.Duplex, write: core.DuplexOptions['write']) =>
  new Duplex({
    read() {},
    ...(write && { write }),
    destroy(error, callback) {
      this.push(null);
      setTimeout(callback, 1, error);
    },
  });

/** Writes that never call back, so that their bytes stay in the stream. */
const keep = () => {};

const full: [string, () => core.Duplex][] = [
  ['a Duplex', () => slowToGo(core.Duplex, keep)],
  ['a Duplex of readable-stream', () => slowToGo(rs.Duplex as unknown as typeof core.Duplex, keep)],
  [
    'a Duplex of WHATWG streams',
    () =>
      core.Duplex.fromWeb(
        new TransformStream<unknown, unknown>({ transform: () => new Promise(keep) }),
      ),
  ],
];

/** The reason that a plain protocol is given when other code destroys `stream`. */
async function reasonAfterDestroy(stream: core.Duplex): Promise<Error> {
  const transport = new DuplexTransport(stream, { protocol: new AccumulatingProtocol() });
  transport.write(Buffer.alloc(100));
  await new Promise(setImmediate);
  stream.destroy();
  return transport.closed;
}

describe('A plain protocol whose stream says end because it is destroyed', () => {
  for (const [name, open] of full) {
    it(`has lost the connection if ${name} still has bytes: they are dropped`, async () => {
      const reason = await reasonAfterDestroy(open());
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(reason.cause).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    });
  }

  it('has lost it also if its transport holds the bytes', async () => {
    const stream = slowToGo(core.Duplex, (_chunk, _encoding, callback) => callback());
    const transport = new DuplexTransport(stream, { protocol: new AccumulatingProtocol() });
    stream.prependListener('end', () => transport.write(Buffer.alloc(100)));
    stream.destroy();
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
  });

  it('is done if everything has left the stream', async () => {
    const stream = slowToGo(core.Duplex, (_chunk, _encoding, callback) => callback());
    expect(await reasonAfterDestroy(stream)).to.be.instanceOf(ConnectionDone);
  });
});
