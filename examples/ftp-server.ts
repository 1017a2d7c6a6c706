/**
 * Twisted's `ftp`, on the `ftp-srv` package: what it sends goes through a `FileSender`, what it
 * stores into a consumer. A transfer in ASCII has the line endings that FTP wants.
 *
 *     node --import tsx/esm examples/ftp-server.ts [folder [port]]
 *     curl --upload-file README.md ftp://127.0.0.1:2121/copy.md
 */
import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, truncate, type FileHandle } from 'node:fs/promises';
import type net from 'node:net';
import { dirname, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';

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

import { locate, parseFolder, parsePort } from './serve.js';

const replace = (data: Uint8Array, from: string, to: string) =>
  Buffer.from(Buffer.from(data).toString('latin1').replaceAll(from, to), 'latin1');
const toNetwork = (data: Uint8Array) => replace(data, '\n', '\r\n');
/** Takes every CR out: the two of a CR LF may come apart. */
const toLocal = (data: Uint8Array) => replace(data, '\r', '');

/** A file that is being stored, and how that ends. */
interface Storing {
  file: FileHandle;
  /** All of it has come. */
  keep(): Promise<void>;
  /** It was cut short: all is as it was before. */
  drop(): Promise<void>;
}

/** Stores a file aside, in the same folder, and puts it in its place when it is whole. */
async function replaceFile(path: string): Promise<Storing> {
  const before = await stat(path).catch(() => undefined);
  if (before?.isDirectory()) throw new Error('It is a folder');
  const aside = join(dirname(path), `.${randomUUID()}`);
  return {
    file: await open(aside, 'wx', before?.mode),
    keep: () => rename(aside, path),
    drop: () => rm(aside, { force: true }),
  };
}

async function appendToFile(path: string): Promise<Storing> {
  const before = await stat(path).catch(() => undefined);
  return {
    file: await open(path, 'a'),
    keep: async () => {},
    drop: () => (before === undefined ? rm(path, { force: true }) : truncate(path, before.size)),
  };
}

/** `ftp.FileConsumer`: takes what is stored. What is cut short does not stay. */
class FileConsumer extends WritableConsumer implements IFinishableConsumer, IFailableConsumer {
  /**
   * Resolves when the file is where it belongs; rejects once nothing is left of one that was cut
   * short.
   */
  readonly stored: Promise<void>;

  constructor(
    storing: Storing,
    private readonly isText: boolean,
  ) {
    super(storing.file.createWriteStream());
    this.stored = this.closed.then(async (reason) => {
      if (reason instanceof ConnectionDone) return storing.keep();
      await storing.drop();
      throw reason;
    });
    this.stored.catch(() => {}); // The upload has failed with it.
  }

  override write(data: Uint8Array) {
    super.write(this.isText ? toLocal(data) : data);
  }

  finish() {
    this.loseConnection();
  }

  producerFailed() {
    this.abortConnection();
  }
}

/** Finishes when the file is stored: that is what its `finish` has the client told. */
class Upload extends ConsumerWritable<FileConsumer> {
  override _final(callback: (error?: Error | null) => void) {
    // When its connection fails, `ftp-srv` ends the stream, and destroys it right after that.
    process.nextTick(() => {
      if (this.destroyed) return callback();
      super._final(() => void this.consumer.stored.then(() => callback(), callback));
    });
  }
}

/**
 * The files of a folder. Nothing outside of it is read, written or told of, by whatever path or
 * link.
 */
class Files extends FileSystem {
  private get isText() {
    return this.connection.transferType === 'ascii';
  }

  private locate(name = '.') {
    return locate(this.root, resolve('/', this.cwd, name));
  }

  /**
   * Destroys `stream` if the data connection goes without a word: `ftp-srv` would wait for ever.
   */
  private cutWithConnection<S extends Readable | Writable>(stream: S): S {
    const { connector } = this.connection as unknown as { connector: { socket: net.Socket } };
    const { socket } = connector;
    socket.once('close', () => {
      if (!socket.readableEnded) stream.destroy(new Error('The data connection was lost'));
    });
    return stream;
  }

  override async read(name: string, { start }: { start?: number } = {}) {
    if (start) throw new Error('No transfer is taken up again here');
    const file = await open(await this.locate(name));
    const stream = this.cutWithConnection(new ProducerReadable());
    new FileSender()
      .beginFileTransfer(file, stream, this.isText ? toNetwork : null)
      .catch(() => {}) // The stream has failed with it.
      .finally(() => void file.close());
    return { stream, clientPath: name };
  }

  override async write(name: string, { append = false, start = 0 } = {}) {
    if (start) throw new Error('No transfer is taken up again here');
    const path = await this.locate(name);
    const consumer = new FileConsumer(
      await (append ? appendToFile(path) : replaceFile(path)),
      this.isText,
    );
    const stream = this.cutWithConnection(new Upload(consumer, { finish: true }));
    return { stream, clientPath: name };
  }

  override async list(path?: string) {
    await this.locate(path);
    const entries = (await super.list(path)) as { name: string }[];
    const isInside = ({ name }: { name: string }) =>
      this.locate(join(path ?? '.', name)).then(
        () => true,
        () => false,
      );
    const inside = await Promise.all(entries.map(isInside));
    return entries.filter((_, index) => inside[index]);
  }

  override async get(name: string) {
    await this.locate(name);
    return (await super.get(name)) as unknown;
  }

  override async chdir(path?: string) {
    await this.locate(path);
    return super.chdir(path);
  }

  override async delete(path: string) {
    await this.locate(path);
    await super.delete(path);
  }

  override async mkdir(path: string) {
    await this.locate(path);
    return (await super.mkdir(path)) as unknown;
  }

  override async rename(from: string, to: string) {
    await Promise.all([this.locate(from), this.locate(to)]);
    await super.rename(from, to);
  }

  override async chmod(path: string, mode: string) {
    await this.locate(path);
    await super.chmod(path, mode);
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
