/** As `raw-node`, but lets a few microseconds go by before each message, busy with nothing. */
import { performance } from 'node:perf_hooks';

import { readOptions } from '../options.js';
import { pushRaw } from '../push-raw.js';
import { send } from '../sending.js';

const { microseconds } = readOptions<{ microseconds: number }>();

function wait(): void {
  const end = performance.now() + microseconds / 1000;
  while (performance.now() < end);
}

await send((socket, supply) => {
  const next = () => {
    wait();
    return supply.next();
  };
  pushRaw(socket, { next });
});
