import { MemoryDescriptor } from './memory-descriptor.js';

/** A descriptor that is full when it holds more than 3 bytes, and notes when its write half ends. */
export class Descriptor extends MemoryDescriptor {
  override bufferSize = 3;

  protected override closeWriteConnection(): Error | undefined {
    this.log.push('closeWriteConnection');
    return undefined;
  }
}

/** As Twisted's TCP transports are. */
export class TCPDescriptor extends Descriptor {
  override waitsForProducer = false;
}
