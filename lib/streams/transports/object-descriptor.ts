import { assertNotNull, itemsOf } from '../../base/arguments.js';
import { FileDescriptor } from '../../twisted/core/index.js';

/** A `FileDescriptor` that may be told to take values of any kind in place of bytes. */
export abstract class ObjectDescriptor<Data> extends FileDescriptor {
  /**
   * Whether each write is one value, of any kind but `null`.
   *
   * @internal
   */
  declare takesObjects: boolean;

  static {
    this.prototype.takesObjects = false; // Not a field: thousands may be idle, and few are told so.
  }

  /**
   * Writes bytes, or one value to a stream in object mode. Does nothing once the connection is over
   * or the write half has ended.
   *
   * @param data - Must not change until it has been sent.
   * @throws InvalidArgTypeError: `data` is not bytes, or in object mode is `null`; nothing was
   *   written.
   * @throws the error that the producer's `pauseProducing` throws; the data was taken.
   */
  override write(data: Uint8Array | Data): void {
    if (this.takesObjects) this.writeAll(objectsOf([data]));
    else super.write(data as Uint8Array);
  }

  /**
   * Writes each of `data`, in order, as one write; to a stream in object mode, as an object each.
   *
   * @param data - Pieces that must not change until they have been sent.
   * @throws InvalidArgTypeError: `data` is not a sequence, or a part of it cannot be written;
   *   nothing was written.
   * @throws the error that the producer's `pauseProducing` throws; the data was taken.
   */
  override writeSequence(data: Iterable<Uint8Array | Data>): void {
    if (this.takesObjects) this.writeAll(objectsOf(data));
    else super.writeSequence(data as Iterable<Uint8Array>);
  }
}

/** Each of `data`, checked: values of any kind but `null`, although the type says bytes. */
function objectsOf(data: unknown): Uint8Array[] {
  const objects = itemsOf(data, 'data', 'a sequence of values');
  for (const object of objects) assertNotNull(object, 'data');
  return objects as Uint8Array[];
}
