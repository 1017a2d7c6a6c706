import { FileSender } from '../../lib/twisted/producers/file-sender.js';
import type { IFile } from '../../lib/twisted/producers/files.js';
import { RecordingConsumer } from './recording-consumer.js';

/** A file in memory that notes how it was read. */
export class MemoryFile implements IFile {
  readonly reads: number[] = [];
  private rest: Buffer;

  constructor(contents: string) {
    this.rest = Buffer.from(contents);
  }

  read(size: number): Uint8Array | null {
    this.reads.push(size);
    const bytes = this.rest.subarray(0, size);
    this.rest = this.rest.subarray(size);
    return bytes;
  }
}

/** A consumer that only asks when the spec does. */
export class PatientConsumer extends RecordingConsumer {
  override registerProducer(producer: FileSender, streaming: boolean): void {
    this.log.push(`register ${streaming ? 'push' : 'pull'}`);
    this.producer = producer;
  }

  override wrote(): void {}
}

/** A sender that reads `chunkSize` bytes at a time. */
export function senderOf(chunkSize: number): FileSender {
  return Object.assign(new FileSender(), { CHUNK_SIZE: chunkSize });
}
