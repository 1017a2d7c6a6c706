/** Shared by the programs that make transfers of a given length, one after another. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

import type { LengthOptions, LengthTold } from '../../support/lengths.js';
import { Supply } from '../../support/supply.js';
import { readOptions, say } from '../options.js';
import { open } from '../sending.js';

/** Makes each transfer with `begin`, and says how long the transfers took that count. */
export async function sendLengths(begin: (socket: Socket, supply: Supply) => void): Promise<void> {
  const options = readOptions<LengthOptions>();
  let sent = 0;
  const repeat = async (bytes: number, times: number) => {
    for (let i = 0; i < times; i++) {
      const socket = open(options);
      const supply = new Supply(options.size, { bytes });
      const closed = once(socket, 'close');
      await once(socket, 'connect');
      begin(socket, supply);
      await closed;
      sent += supply.sent;
    }
  };
  await repeat(options.warmUpBytes, options.warmUpTimes);
  const before = process.cpuUsage();
  const start = performance.now();
  await repeat(options.bytes, options.times);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const told: LengthTold = { sent, seconds, cpu: (user + system) / 1e6 };
  say(told);
}
