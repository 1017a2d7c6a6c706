/** A `stream.pipeline` each way. */
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';

import { serveOne } from '../listening.js';
import { readOptions } from '../options.js';

const { port } = readOptions<{ port: number }>();

// Half open: without this, each pipeline would take the other's end for a premature close.
serveOne(
  (from) => {
    const to = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    void Promise.all([pipeline(from, to), pipeline(to, from)]);
  },
  { allowHalfOpen: true },
);
