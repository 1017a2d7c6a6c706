/** The contract of a reactor and the descriptors that it calls. */

/**
 * A descriptor that an {@link IReactorFDSet} calls when there is data to read.
 *
 * @see Twisted: `twisted.internet.interfaces.IReadDescriptor`
 */
export interface IReadDescriptor {
  /**
   * There is data to read.
   *
   * @returns an error if that ended the connection.
   */
  doRead(): Error | undefined;
  /** The connection is over; called once. */
  connectionLost(reason: Error): void;
}

/**
 * A descriptor that an {@link IReactorFDSet} calls when there is room to write.
 *
 * @see Twisted: `twisted.internet.interfaces.IWriteDescriptor`
 */
export interface IWriteDescriptor {
  /**
   * There is room to write.
   *
   * @returns an error if that ended the connection.
   */
  doWrite(): Error | undefined;
  /** The connection is over; called once. */
  connectionLost(reason: Error): void;
}

/**
 * A descriptor that an {@link IReactorFDSet} calls for both.
 *
 * @see Twisted: `twisted.internet.interfaces.IReadWriteDescriptor`
 */
export interface IReadWriteDescriptor extends IReadDescriptor, IWriteDescriptor {}

/**
 * A descriptor that is told when one half of its connection is over.
 *
 * @see Twisted: `twisted.internet.interfaces.IHalfCloseableDescriptor`
 */
export interface IHalfCloseableDescriptor {
  /** The other end writes no more. */
  readConnectionLost(reason: Error): void;
  /** Nothing can be written any more. */
  writeConnectionLost(reason: Error): void;
}

/**
 * Calls `doRead` and `doWrite` of the descriptors that asked for it. To add a descriptor twice, or
 * to remove one that was not added, does nothing.
 *
 * @see Twisted: `twisted.internet.interfaces.IReactorFDSet`
 */
export interface IReactorFDSet {
  /** From now on, calls `reader.doRead` whenever there is data to read. */
  addReader(reader: IReadDescriptor): void;
  /** Stops calling `reader.doRead`. */
  removeReader(reader: IReadDescriptor): void;
  /** From now on, calls `writer.doWrite` whenever there is room to write. */
  addWriter(writer: IWriteDescriptor): void;
  /** Stops calling `writer.doWrite`. */
  removeWriter(writer: IWriteDescriptor): void;
}
