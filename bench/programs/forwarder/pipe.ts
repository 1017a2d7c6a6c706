/** `a.pipe(b); b.pipe(a)`. */
import { connect } from 'node:net';

import { serveOne } from '../listening.js';
import { readOptions } from '../options.js';

const { port } = readOptions<{ port: number }>();

serveOne((from) => {
  const to = connect(port, '127.0.0.1');
  from.pipe(to);
  to.pipe(from);
});
