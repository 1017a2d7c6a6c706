import { once } from 'node:events';
import fs from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

import { expect } from 'chai';
import sinon from 'sinon';

import { DuplexTransport } from '../../../lib/streams/transports/duplex-transport.js';
import {
  ConnectionDone,
  ConnectionLost,
  ProducerStoppedError,
} from '../../../lib/twisted/core/errors.js';
import { FileSender } from '../../../lib/twisted/producers/file-sender.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';
import { numbered } from '../../support/producers.js';
import { rejection } from '../../support/rejection.js';
import { tcpPair } from '../../support/sockets.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('FileSender over TCP', () => {
  const folder = temporaryFolder();
  const contents = numbered(5_000_004);

  const setUp = async () => {
    const { server, client } = await tcpPair({ allowHalfOpen: false });
    const transport = new DuplexTransport(server, { protocol: new Protocol() });
    return { transport, client };
  };

  it('sends all of a file before a close that was asked for at once', async () => {
    const { transport, client } = await setUp();
    const path = folder.write('file', contents);
    const sent = new FileSender().beginFileTransfer(path, transport);
    transport.loseConnection();
    const received = await buffer(client);
    expect(received.equals(contents)).to.equal(true);
    expect(await sent).to.deep.equal(contents.subarray(-1));
    expect(await transport.closed).to.be.instanceOf(ConnectionDone);
  });

  it('sends all of a file-like, and after it the bytes that are written later', async () => {
    const { transport, client } = await setUp();
    let at = 0;
    const read = (size: number) => contents.subarray(at, (at += size));
    void new FileSender().beginFileTransfer({ read }, transport).then(() => {
      transport.write(Buffer.from('the end'));
      transport.loseConnection();
    });
    const received = await buffer(client);
    expect(received.subarray(0, -7).equals(contents)).to.equal(true);
    expect(received.subarray(-7).toString()).to.equal('the end');
  });

  it('has sent all of a file to a peer that has it, and hangs up before the end was read', async () => {
    const { transport, client } = await setUp();
    client.once('data', () => client.end());
    const { open } = fs;
    sinon.stub(fs, 'open').callsFake(async (path) => {
      const handle = await open(path);
      const [read, close] = [handle.read.bind(handle), handle.close.bind(handle)];
      let reading: Promise<unknown> = Promise.resolve();
      const readSlowly = async (args: unknown[], before: Promise<unknown>): Promise<unknown> => {
        const result = await read(...(args as Parameters<typeof read>));
        await before;
        return result;
      };
      let before: Promise<unknown> = Promise.resolve();
      handle.read = ((...args: unknown[]) => {
        reading = readSlowly(args, before);
        before = transport.closed;
        return reading;
      }) as typeof read;
      handle.close = async () => {
        await reading; // As Node's own does.
        await close();
      };
      return handle;
    });
    const sent = new FileSender().beginFileTransfer(folder.write('file', 'all'), transport);
    sinon.restore();
    expect(String(await sent)).to.equal('l');
  });

  it('is stopped when the peer goes away in the middle', async () => {
    const { transport, client } = await setUp();
    const endless = { read: (size: number) => Promise.resolve(Buffer.alloc(size)) };
    const stopped = rejection(new FileSender().beginFileTransfer(endless, transport));
    await once(client, 'data');
    client.resetAndDestroy();
    expect(await stopped).to.be.instanceOf(ProducerStoppedError);
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
  });

  it('is stopped at once by a connection that is over', async () => {
    const { transport, client } = await setUp();
    client.resume();
    transport.loseConnection();
    await transport.closed;
    const path = folder.write('file', contents);
    const error = await rejection(new FileSender().beginFileTransfer(path, transport));
    expect(error).to.be.instanceOf(ProducerStoppedError);
  });
});
