/**
 * The errors of connections that end, and of producers and consumers. Match errors on `code` (or
 * `instanceof`), never on the message.
 */

/**
 * The connection is over; its subclasses say how it ended.
 *
 * @see Twisted: `twisted.internet.error.ConnectionClosed`
 */
export class ConnectionClosed extends Error {
  /** Match on this. */
  readonly code: string = 'ERR_CONNECTION_CLOSED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'Connection was closed.', options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * The connection was closed cleanly, by either end. `code` is `ERR_CONNECTION_DONE`.
 *
 * @see Twisted: `twisted.internet.error.ConnectionDone`
 */
export class ConnectionDone extends ConnectionClosed {
  override readonly code: string = 'ERR_CONNECTION_DONE';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'Connection was closed cleanly.', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * The connection ended in any other way; `cause` is the stream's own error, if there was one.
 * `code` is `ERR_CONNECTION_LOST`.
 *
 * @see Twisted: `twisted.internet.error.ConnectionLost`
 */
export class ConnectionLost extends ConnectionClosed {
  override readonly code: string = 'ERR_CONNECTION_LOST';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(
    message = 'Connection to the other side was lost in a non-clean fashion.',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The connection was dropped from this side by `abortConnection`. `code` is
 * `ERR_CONNECTION_ABORTED`.
 *
 * @see Twisted: `twisted.internet.error.ConnectionAborted`
 */
export class ConnectionAborted extends ConnectionLost {
  override readonly code: string = 'ERR_CONNECTION_ABORTED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(
    message = 'Connection was aborted locally using abortConnection.',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Another producer is registered, and a consumer takes one at a time; nothing was changed. `code`
 * is `ERR_PRODUCER_ALREADY_REGISTERED`.
 *
 * @see Twisted: the `RuntimeError` of `IConsumer.registerProducer`
 */
export class ProducerAlreadyRegisteredError extends Error {
  /** Match on this. */
  readonly code = 'ERR_PRODUCER_ALREADY_REGISTERED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'Another producer was never unregistered.') {
    super(message);
    this.name = new.target.name;
  }
}

/**
 * A transfer ended because its consumer stopped the producer. `code` is `ERR_PRODUCER_STOPPED`.
 *
 * @see Twisted: the `Exception` of `FileSender.stopProducing`
 */
export class ProducerStoppedError extends Error {
  /** Match on this. */
  readonly code = 'ERR_PRODUCER_STOPPED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'Consumer asked us to stop producing', options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
