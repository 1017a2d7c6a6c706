import { readdirSync, readlinkSync } from 'node:fs';

/** Sockets, files and pipes that this process has open, as the operating system names them. */
export function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      return []; // That of the listing itself.
    }
  });
}

/** Whether this machine can tell. */
export const canCountDescriptors = process.platform === 'linux';
