/** The kinds of files that can be read. */
import type { FileHandle } from 'node:fs/promises';

import { builtIn } from '../../base/built-in.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { areFunctions, membersOf } from '../../base/members.js';
import { FileSource } from './file-source.js';

/** The next bytes of a file; an empty array, or `null`, at its end. */
export type FileBytes = Uint8Array | null;

/** An object that is read as a Python file is read. */
export interface IFile {
  /**
   * Reads the next bytes.
   *
   * @param size - The most bytes to return.
   * @returns the next bytes, or a promise of them; an empty array, or `null`, at the end of the
   *   file. `read` is not called again before the promise has settled.
   */
  read(size: number): FileBytes | PromiseLike<FileBytes>;
  /** A stream is not a file: `null` from its `read` says 'not yet'. Give its path, or wrap it. */
  readonly pipe?: undefined;
}

/** Opens `file`, if it is of the operating system; `null` for a file-like. */
export function openSource(file: IFile | FileHandle | string | URL): FileSource | null {
  if (typeof file === 'string' || file instanceof URL) {
    return new FileSource(builtIn('node:fs/promises').open(file), true);
  }
  return isFileHandle(file) ? new FileSource(Promise.resolve(file), false) : null;
}

/** Checks the methods of `file`, because Node doesn't export the class. */
export function isFileHandle(file: IFile | FileHandle): file is FileHandle {
  return typeof (file as Partial<FileHandle>).readv === 'function';
}

/** @throws InvalidArgTypeError: `file` cannot be read. */
export function assertFile(file: unknown): void {
  if (typeof file === 'string' || file instanceof URL) return;
  const { read, pipe } = membersOf(file);
  // The `read` of a stream has another meaning: its `null` says 'not yet'.
  if (areFunctions(read) && !areFunctions(pipe)) return;
  throw new InvalidArgTypeError(
    'file',
    'a path, file: URL, FileHandle or object with read(size), and no stream',
    file,
  );
}
