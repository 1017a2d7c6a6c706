/** A stream of each library that passes on what is written to it. */
import * as core from 'node:stream';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import { duplexify, Minipass, readableStreams, through2 } from './older-libraries.js';

/** Makes one, by the name of its library. */
export const duplexKinds: Readonly<Record<string, () => core.Duplex>> = {
  'node:stream': () => new core.PassThrough(),
  'readable-stream 4': () => new rs.PassThrough(),
  ...Object.fromEntries(
    Object.entries(readableStreams).map(([name, { PassThrough }]) => [
      name,
      () => new PassThrough(),
    ]),
  ),
  ...Object.fromEntries(Object.entries(through2).map(([name, through]) => [name, () => through()])),
  duplexify: () => {
    const through = new core.PassThrough();
    return duplexify(through, through);
  },
  streamx: () => new streamx.PassThrough() as unknown as core.Duplex,
  minipass: () => new Minipass(),
};
