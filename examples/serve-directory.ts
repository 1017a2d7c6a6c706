/**
 * Serves a folder over HTTP: Node's `http` on one side, Twisted's `FileSender` on the other.
 *
 *     node --import tsx/esm examples/serve-directory.ts [folder [port]]
 *     curl http://127.0.0.1:8080/
 *
 * Nothing outside of the folder is served, by whatever path or link it is asked for. To see the
 * file wait for a slow reader: curl --limit-rate 100k http://127.0.0.1:8080/large-file
 */
import { readdir, stat } from 'node:fs/promises';
import http from 'node:http';
import type net from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

import { FileSender, ProducerReadable } from 'twisted-streams';

import { fail, locate, parseFolder, parsePort } from './serve.js';

const [folder = '.', port = '8080'] = process.argv.slice(2);
const root = await parseFolder(folder);
const types: Record<string, string> = { '.html': 'text/html', '.css': 'text/css' };

/** A page with a link to everything in `folder`. */
async function listing(folder: string): Promise<string> {
  const links = (await readdir(folder, { withFileTypes: true })).map((entry) => {
    const name = entry.name + (entry.isDirectory() ? '/' : '');
    const text = name.replace(/[&<]/g, (character) => `&#${character.charCodeAt(0)};`);
    return `<li><a href="./${encodeURI(name).replace(/[?#]/g, encodeURIComponent)}">${text}</a>`;
  });
  return `<!doctype html><meta charset="utf-8"><ul>\n${links.join('\n')}\n</ul>\n`;
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse) {
  const { method, url = '/' } = request;
  if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405).end();
  const { pathname } = new URL(url, 'http://localhost');
  const found = await locate(root, decodeURIComponent(pathname));
  const stats = await stat(found);
  if (stats.isDirectory()) {
    const [asked = '/'] = url.split('?');
    if (!asked.endsWith('/')) {
      return void response.writeHead(301, { location: `./${path.basename(asked)}/` }).end();
    }
    return void response.setHeader('content-type', 'text/html').end(await listing(found));
  }
  if (!stats.isFile()) return void response.writeHead(404).end();
  response.setHeader('content-type', types[path.extname(found)] ?? 'application/octet-stream');
  if (method === 'HEAD') return void response.end();
  const readable = new ProducerReadable();
  // A consumer for the sender, a stream for the response: each waits for the other.
  const sent = new FileSender().beginFileTransfer(found, readable);
  await Promise.all([sent, pipeline(readable, response)]);
}

function statusOf({ code = '', name }: NodeJS.ErrnoException): number {
  if (name === 'URIError' || code.startsWith('ERR_INVALID')) return 400;
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG'].includes(code) ? 404 : 500;
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error: NodeJS.ErrnoException) => {
    if (response.headersSent || response.destroyed) return void response.destroy();
    response.writeHead(statusOf(error)).end();
  });
});
server.on('error', ({ message }) => fail(message));
server.listen(parsePort(port), '127.0.0.1', () => {
  console.log(
    'Listening. Try: curl http://127.0.0.1:%d',
    (server.address() as net.AddressInfo).port,
  );
});
