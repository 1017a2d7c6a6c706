/** Every kind of stream that can be in object mode. */
import * as core from 'node:stream';
import * as rs from 'readable-stream';

import { duplexify, Minipass, readableStreams, through2 } from './older-libraries.js';

/** A stream of objects to write to, full at 3 of them where its library lets us say so. */
interface ObjectSink {
  name: string;
  /** Whether it counts what it holds. */
  counts: boolean;
  /** @param take - Is given each object, and calls back when it wants the next one. */
  readonly open: (take: (object: unknown, done: () => void) => void) => core.Writable;
}

type Library = Pick<typeof core, 'Readable' | 'Writable' | 'PassThrough'>;

const libraries: [string, Library][] = [
  ['node:stream', core],
  ['readable-stream', rs as unknown as Library],
  ...Object.entries(readableStreams),
];

function writableOf(library: Library, take: Parameters<ObjectSink['open']>[0]): core.Writable {
  const stream = new library.Writable({ objectMode: true, highWaterMark: 3 });
  // readable-stream 1 takes no methods as options.
  stream._write = (object, _encoding, done) => take(object, done);
  return stream;
}

/** Streams of objects to write to. */
export const objectSinks: readonly ObjectSink[] = [
  ...libraries.map(([name, library]) => ({
    name: `${name} Writable`,
    counts: true,
    open: (take: Parameters<ObjectSink['open']>[0]) => writableOf(library, take),
  })),
  ...Object.entries(through2).map(([name, through]) => ({
    name: `${name}.obj`,
    counts: false,
    open: (take: Parameters<ObjectSink['open']>[0]) => {
      const stream = through.obj();
      stream._transform = (object, _encoding, done) => take(object, done);
      return stream.resume();
    },
  })),
  {
    name: 'duplexify.obj',
    counts: false,
    open: (take) => duplexify.obj(writableOf(core, take), null),
  },
];

/** A stream of objects to read. */
interface ObjectSource {
  name: string;
  readonly open: (objects: readonly unknown[]) => core.Readable;
}

/** Streams of objects to read. */
export const objectSources: readonly ObjectSource[] = [
  ...libraries.map(([name, library]) => ({
    name: `${name} Readable`,
    open: (objects: readonly unknown[]) => {
      const rest = [...objects];
      const stream = new library.Readable({ objectMode: true });
      stream._read = () => stream.push(rest.length > 0 ? rest.shift() : null);
      return stream;
    },
  })),
  ...Object.entries(through2).map(([name, through]) => ({
    name: `${name}.obj`,
    open: (objects: readonly unknown[]) => {
      const stream = through.obj();
      for (const object of objects) stream.write(object);
      stream.end(); // Old ones return nothing.
      return stream;
    },
  })),
  {
    name: 'duplexify.obj',
    open: (objects) => duplexify.obj(null, core.Readable.from(objects)),
  },
  {
    name: 'minipass',
    open: (objects) => {
      const stream = new Minipass({ objectMode: true });
      for (const object of objects) stream.write(object);
      stream.end(); // Old ones return nothing.
      return stream;
    },
  },
];
