/** The file to send: it holds the pattern, is in the page cache, and is removed when the bench ends. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pattern, PERIOD } from './pattern.js';

/** A whole number of periods: the file, sent again and again, is still the pattern. */
const PERIODS = 1024;

let folder: string | undefined;

/** The path of the file, about 63 MiB. Writes it at the first call. */
export function patternedFile(): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'twisted-streams-bench-'));
    const file = openSync(path(folder), 'w');
    const block = pattern(PERIOD);
    for (let i = 0; i < PERIODS; i++) writeSync(file, block);
    closeSync(file);
    readFileSync(path(folder));
  }
  return path(folder);
}

function path(directory: string): string {
  return join(directory, 'pattern');
}

/** Removes the file. */
export function removeFiles(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
}
