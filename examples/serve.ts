/** The parts that these programs share. The servers listen on this machine only, and say where. */
import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';

import { type Factory, listen } from 'twisted-streams';

/** The port that was typed as `text`; 0 means any that is free. */
export function parsePort(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65535) fail(`"${text}" is not a port: 0 to 65535.`);
  return Number(text);
}

/** The folder that was typed as `path`, all links followed. */
export async function parseFolder(path: string): Promise<string> {
  const folder = await realpath(path).catch(({ message }: Error) => fail(message));
  if (!(await stat(folder)).isDirectory()) fail(`"${path}" is not a folder.`);
  return folder;
}

/**
 * The file that `path` names within `folder`, with all links followed. It need not exist yet.
 *
 * @throws an error with the code `ENOENT`: it is outside of the folder, by `..` or by a link.
 */
export async function locate(folder: string, path: string): Promise<string> {
  let there = join(folder, join('/', path));
  let missing = '';
  let found: string | undefined;
  while (found === undefined) {
    found = await realpath(there).catch(async (error: NodeJS.ErrnoException) => {
      const isLink = await lstat(there).then(
        () => true,
        () => false,
      );
      if (error.code !== 'ENOENT' || isLink) throw error; // A link to what is missing leads anywhere.
      missing = join(basename(there), missing);
      there = dirname(there);
      return undefined;
    });
  }
  const isInside = found === folder || found.startsWith(join(folder, sep));
  if (!isInside) throw Object.assign(new Error(`${path} is not in the folder`), { code: 'ENOENT' });
  return join(found, missing);
}

/** Listens on `port`, and says which it is and what program to try, `client`. */
export async function serve(
  port: number,
  factory: Factory,
  client = (taken: number) => `nc -C 127.0.0.1 ${taken}`,
): Promise<void> {
  const listening = await listen(factory, { host: '127.0.0.1', port }).catch(({ message }: Error) =>
    fail(message),
  );
  console.log('Listening. Try: %s', client(listening.getHost().port));
}

/** Says what is wrong with how the program was started, and ends it. */
export function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
