import { lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for files of specs. */
interface TemporaryFolder {
  /** Where the file of that name is, or would be. */
  path(name: string): string;
  /** Writes a file, and says where it is. */
  write(name: string, contents: Uint8Array | string): string;
}

/** Makes an empty folder; the caller removes it with `removeFolder`. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'twisted-streams-'));
}

/**
 * Removes `folder` and all files in it. Tries again, because a stream that a spec has destroyed may be
 * about to create its file meanwhile.
 */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** Whether anything is at `path`. `existsSync` says no of a link that points to no file, as a lock. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * A folder for the specs of one `describe`, which is gone after them; with `beforeEach` and `afterEach`,
 * one for each of them. Call it there.
 */
export function temporaryFolder(begin = before, end = after): TemporaryFolder {
  let folder: string;
  begin(() => {
    folder = makeFolder();
  });
  end(() => {
    removeFolder(folder);
  });
  const path = (name: string): string => join(folder, name);
  const write = (name: string, contents: Uint8Array | string): string => {
    writeFileSync(path(name), contents);
    return path(name);
  };
  return { path, write };
}
