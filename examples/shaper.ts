/**
 * Twisted's `shaper.py`: serves the files of a folder over HTTP, at 20 kB/s for all together, and
 * at 1 kB/s for each host after its first 10 kB.
 *
 *     node --import tsx/esm examples/shaper.ts [folder [port]]
 *     curl -o /dev/null http://127.0.0.1:8080/package-lock.json
 *
 * On Linux a second client can be another host: add `--interface 127.0.0.2`.
 */
import { open } from 'node:fs/promises';

import {
  Bucket,
  Factory,
  FileSender,
  FilterByHost,
  HierarchicalBucketFilter,
  ProducerStoppedError,
  Protocol,
  ShapedProtocolFactory,
} from 'twisted-streams';

import { locate, parseFolder, parsePort, serve } from './serve.js';

const [folder = '.', port = '8080'] = process.argv.slice(2);
const root = await parseFolder(folder);

// All connections share this bucket.
const serverBucket = new Bucket();
serverBucket.maxburst = 20_000;
serverBucket.rate = 20_000;
const serverFilter = new HierarchicalBucketFilter();
serverFilter.buckets.set(null, serverBucket);

// Each host has a bucket of its own as well.
class WebClientBucket extends Bucket {
  override maxburst = 10_000;
  override rate = 1_000;
}
const webFilter = new FilterByHost(serverFilter);
webFilter.bucketFactory = WebClientBucket;

/** The file at `path` in the folder, and not outside of it; `null` if there is none. */
async function openFile(path: string) {
  try {
    const handle = await open(await locate(root, decodeURI(path)));
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, size: stats.size };
    await handle.close();
  } catch (error) {
    console.log(path, (error as Error).message);
  }
  return null;
}

/** Answers one request, then closes. It does not know that its transport is shaped. */
class FileServer extends Protocol {
  private request = '';

  override dataReceived(data: Buffer) {
    if (this.request.includes('\r\n\r\n')) return;
    this.request += data.toString('latin1');
    if (this.request.length > 8192) this.transport.abortConnection();
    else if (this.request.includes('\r\n\r\n')) void this.answer();
  }

  private async answer() {
    const [, path = '/'] = /^GET (\/[^ ?]*)/.exec(this.request) ?? [];
    const file = await openFile(path);
    this.sendHeader(file === null ? '404 Not Found' : '200 OK', file?.size ?? 0);
    try {
      if (file !== null) await new FileSender().beginFileTransfer(file.handle, this.transport);
      this.transport.loseConnection(); // After the last byte, at its pace.
    } catch (error) {
      // A client that has all bytes, or enough of them, may hang up.
      if (!(error instanceof ProducerStoppedError)) console.error(error);
      this.transport.abortConnection();
    } finally {
      await file?.handle.close();
    }
  }

  private sendHeader(status: string, length: number) {
    const header = `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;
    this.transport.write(Buffer.from(header));
  }
}

await serve(
  parsePort(port),
  Factory.forProtocol(new ShapedProtocolFactory(FileServer, webFilter)),
  (taken) => `curl http://127.0.0.1:${taken}/FILE`,
);
