/** A real file to send when the user names none: the beginning of Node's own executable. */
import { mkdtempSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes a file of `size` bytes (of fewer, if Node's executable has no more), which is gone when
 * this process exits.
 *
 * @returns its path.
 */
export async function makeSample(size: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'twisted-streams-flow-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const path = join(folder, 'sample');
  const executable = await open(process.execPath);
  try {
    const { size: available } = await executable.stat();
    const { buffer, bytesRead } = await executable.read(Buffer.alloc(Math.min(size, available)));
    await writeFile(path, buffer.subarray(0, bytesRead));
  } finally {
    await executable.close();
  }
  return path;
}
