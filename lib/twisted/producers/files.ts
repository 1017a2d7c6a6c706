/** What files are read from. */
import type { FileHandle } from 'node:fs/promises';

import { InvalidArgTypeError } from '../../base/errors.js';
import { FileSource } from './file-source.js';

/** The next bytes of a file; none, or `null`, at its end. */
export type FileBytes = Uint8Array | null;

/** What can be read as Python reads a file. */
export interface IFile {
  /**
   * @param size - The most bytes to return.
   * @returns the next bytes; none, or `null`, at the end of the file. Or a promise of them: it is
   *   not asked again before that has settled.
   */
  read(size: number): FileBytes | PromiseLike<FileBytes>;
}

/** Opens `file`, if it is of the operating system; `null` for a file-like. */
export function openSource(file: IFile | FileHandle | string | URL): FileSource | null {
  if (typeof file === 'string' || file instanceof URL) return FileSource.atPath(file);
  return isFileHandle(file) ? FileSource.from(file) : null;
}

/** Goes by what it can do: Node doesn't export the class. */
export function isFileHandle(file: IFile | FileHandle): file is FileHandle {
  return typeof (file as Partial<FileHandle>).readv === 'function';
}

/** @throws InvalidArgTypeError: `file` is nothing that can be read. */
export function assertFile(file: unknown): void {
  if (typeof file === 'string') return;
  if (typeof file === 'object' && file !== null) {
    const { read, pipe } = file as Partial<Record<string, unknown>>;
    // The `read` of a stream has another meaning: its `null` says 'not yet'.
    const isStream = typeof pipe === 'function';
    if (file instanceof URL || (typeof read === 'function' && !isStream)) return;
  }
  throw new InvalidArgTypeError(
    'file',
    'a path, a file: URL, a FileHandle or an object with read(size), and no stream',
    file,
  );
}

/** Whether a file-like answers later. */
export function isPromiseLike(value: unknown): value is PromiseLike<FileBytes> {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
}
