/** A file to send: the pattern, in the page cache, gone when the bench ends. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pattern, PERIOD } from './pattern.js';

/** A whole number of periods, so that the file sent again and again is the pattern still. */
const PERIODS = 1024;

let folder: string | undefined;

/** The path of the file, about 63 MiB. Written when first asked for. */
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
