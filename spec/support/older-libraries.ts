/** The stream libraries that older programs still use. They have no declarations of today's. */
import { createRequire } from 'node:module';
import type * as core from 'node:stream';

const load = createRequire(import.meta.url);

/** The classes that `readable-stream` 1 to 3 share with today's. */
export type StreamLibrary = Pick<typeof core, 'Readable' | 'Writable' | 'PassThrough'>;

/** `readable-stream`, by its major version. */
export const readableStreams = {
  'readable-stream 1': load('readable-stream-1') as StreamLibrary,
  'readable-stream 2': load('readable-stream-2') as StreamLibrary,
  'readable-stream 3': load('readable-stream-3') as StreamLibrary,
} as const;

type Through = ((options?: core.TransformOptions) => core.Transform) & {
  obj(): core.Transform;
};

/** through2, by its major version. */
export const through2 = {
  'through2 2': load('through2-2') as Through,
  'through2 4': load('through2') as Through,
} as const;

type Duplexify = ((
  writable: core.Writable | null,
  readable: core.Readable | null,
  options?: core.DuplexOptions,
) => core.Duplex) & {
  obj(writable: core.Writable | null, readable: core.Readable | null): core.Duplex;
};

export const duplexify = load('duplexify') as Duplexify;

/** As far as its own declarations, which clash with those of Node's streams, are needed here. */
export const { Minipass } = load('minipass') as {
  Minipass: new (options?: {
    objectMode?: boolean;
    encoding?: BufferEncoding;
    async?: boolean;
  }) => core.PassThrough;
};
