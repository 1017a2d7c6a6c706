/** `twisted.spread.util.FilePager`: a large file, page by page, at the reader's pace. */
import { open, type FileHandle } from 'node:fs/promises';

import { expect } from 'chai';

import { FileSender, ProducerReadable } from '../../lib/index.js';
import { numbered } from '../support/producers.js';
import { rejection } from '../support/rejection.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PAGE = 8192;
const PAGES = 500;

describe('A large file, page by page: FileSender into ProducerReadable', () => {
  const folder = temporaryFolder();
  const contents = numbered(PAGE * PAGES + 1);
  let file: FileHandle;
  let pagesRead: number;
  /** The file itself, which counts the reads. */
  const counted = {
    async read(size: number) {
      pagesRead += 1;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size);
      return buffer.subarray(0, bytesRead);
    },
  };
  beforeEach(async () => {
    file = await open(folder.write('large', contents));
    pagesRead = 0;
  });
  afterEach(() => file.close());

  function paged(): { pages: ProducerReadable; sent: Promise<Buffer> } {
    const pages = new ProducerReadable({ highWaterMark: PAGE });
    const sender = new FileSender();
    sender.CHUNK_SIZE = PAGE;
    return { pages, sent: sender.beginFileTransfer(counted, pages) };
  }

  it('gives each page by itself, the last one shorter, and all of the file', async () => {
    const { pages, sent } = paged();
    const lengths: number[] = [];
    const received: Buffer[] = [];
    for await (const page of pages as AsyncIterable<Buffer>) {
      lengths.push(page.length);
      received.push(page);
    }
    expect(lengths).to.deep.equal([...Array<number>(PAGES).fill(PAGE), 1]);
    expect(Buffer.concat(received).equals(contents)).to.equal(true);
    expect(await sent).to.deep.equal(contents.subarray(-1));
  });

  it('reads no page before the reader asks for it, except the next page', async () => {
    const { pages, sent } = paged();
    let taken = 0;
    for await (const page of pages as AsyncIterable<Buffer>) {
      taken += 1;
      expect(page).to.have.length.above(0);
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      expect(pagesRead).to.be.within(taken, taken + 2);
    }
    await sent;
  });

  it('reads no more once the reader has seen enough, and says so', async () => {
    const { pages, sent } = paged();
    const stopped = rejection(sent);
    for await (const page of pages as AsyncIterable<Buffer>) {
      expect(page.equals(contents.subarray(0, PAGE))).to.equal(true);
      break;
    }
    expect(await stopped).to.have.property('code', 'ERR_PRODUCER_STOPPED');
    const before = pagesRead;
    await new Promise(setImmediate);
    expect(pagesRead).to.equal(before).and.below(4);
  });
});
