/** Shared by the programs that read synchronously, as Python's files do. */
import { closeSync, openSync, readSync } from 'node:fs';

/** A file whose chunks are Buffers of their own: the consumer sends them without a copy. */
export class SynchronousFile {
  bytesRead = 0;

  constructor(private readonly descriptor: number) {}

  read(size: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(size);
    const count = readSync(this.descriptor, buffer, 0, size, null);
    this.bytesRead += count;
    return count === size ? buffer : buffer.subarray(0, count);
  }
}

/** Opens the file at `path` for `send`, and resolves with the bytes that were read. */
export async function withFile(
  path: string,
  send: (file: SynchronousFile) => Promise<unknown>,
): Promise<number> {
  const descriptor = openSync(path, 'r');
  try {
    const file = new SynchronousFile(descriptor);
    await send(file);
    return file.bytesRead;
  } finally {
    closeSync(descriptor);
  }
}
