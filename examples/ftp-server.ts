/**
 * Twisted's `ftp`, on the `ftp-srv` package: what it sends goes through a `FileSender`, what it
 * stores into a consumer. A transfer in ASCII has the line endings that FTP wants.
 *
 *     node --import tsx/esm examples/ftp-server.ts [folder [port]]
 *     curl --upload-file README.md ftp://127.0.0.1:2121/copy.md
 */
import { open, rm, type FileHandle } from 'node:fs/promises';
import type net from 'node:net';
import { join, resolve } from 'node:path';

import { FileSystem, FtpSrv } from 'ftp-srv';
import {
  ConnectionDone,
  ConsumerWritable,
  FileSender,
  ProducerReadable,
  WritableConsumer,
  type IFailableConsumer,
  type IFinishableConsumer,
} from 'twisted-streams';

import { parseFolder, parsePort } from './serve.js';

const replace = (data: Uint8Array, from: string, to: string) =>
  Buffer.from(Buffer.from(data).toString('latin1').replaceAll(from, to), 'latin1');
const toNetwork = (data: Uint8Array) => replace(data, '\n', '\r\n');
/** Takes every CR out: the two of a CR LF may come apart. */
const toLocal = (data: Uint8Array) => replace(data, '\r', '');

/** `ftp.FileConsumer`: a file that is stored. What is cut short does not stay. */
class FileConsumer extends WritableConsumer implements IFinishableConsumer, IFailableConsumer {
  constructor(
    file: FileHandle,
    private readonly path: string,
    private readonly isText: boolean,
  ) {
    super(file.createWriteStream());
  }

  override write(data: Uint8Array) {
    super.write(this.isText ? toLocal(data) : data);
  }

  finish() {
    this.loseConnection();
  }

  producerFailed() {
    this.abortConnection();
    void this.closed.then(() => rm(this.path, { force: true }));
  }
}

/** Finishes when the file is complete: that is what its `finish` has the client told. */
class Upload extends ConsumerWritable<FileConsumer> {
  override _final(callback: (error?: Error | null) => void) {
    super._final(() => {
      void this.consumer.closed.then((reason) =>
        callback(reason instanceof ConnectionDone ? null : reason),
      );
    });
  }
}

class Files extends FileSystem {
  private get isText() {
    return this.connection.transferType === 'ascii';
  }

  private locate(name: string, start: number | undefined) {
    if (start) throw new Error('No transfer is taken up again here');
    return join(this.root, resolve('/', this.cwd, name));
  }

  override async read(name: string, { start }: { start?: number } = {}) {
    const file = await open(this.locate(name, start));
    const stream = new ProducerReadable();
    new FileSender()
      .beginFileTransfer(file, stream, this.isText ? toNetwork : null)
      .catch(() => {}) // The stream has failed with it.
      .finally(() => void file.close());
    return { stream, clientPath: name };
  }

  override async write(name: string, { append = false, start = 0 } = {}) {
    const path = this.locate(name, start);
    const file = await open(path, append ? 'a' : 'w');
    const consumer = new FileConsumer(file, path, this.isText);
    return { stream: new Upload(consumer, { finish: true }), clientPath: name };
  }
}

const [folder = '.', port = '2121'] = process.argv.slice(2);
const root = await parseFolder(folder);
const log = { child: () => log, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const url = `ftp://127.0.0.1:${parsePort(port)}`;
const ftp = new FtpSrv({ url, pasv_url: '127.0.0.1', anonymous: true, log });
ftp.on('login', ({ connection }, accept) => {
  accept({ fs: new Files(connection, { root, cwd: '/' }) });
});
await ftp.listen();
const { server } = ftp as unknown as { server: net.Server };
console.log('Listening. Try: curl ftp://127.0.0.1:%d', (server.address() as net.AddressInfo).port);
