/** How connections end and what producers and consumers refuse. Match errors on `code` (or `instanceof`), never on the message. */

/**
 * The connection is over; its subclasses say how it ended.
 *
 * @see Twisted: `twisted.internet.error.ConnectionClosed`
 */
export class ConnectionClosed extends Error {
  /** Match on this. */
  readonly code: string = 'ERR_CONNECTION_CLOSED';

  /**
   * Makes the error, as the library does; so may a class or a test of your own.
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
   * Makes the error, as the library does; so may a class or a test of your own.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'Connection was closed cleanly.', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * The connection ended in any other way; `cause` holds the stream's own error where there was one.
 * `code` is `ERR_CONNECTION_LOST`.
 *
 * @see Twisted: `twisted.internet.error.ConnectionLost`
 */
export class ConnectionLost extends ConnectionClosed {
  override readonly code: string = 'ERR_CONNECTION_LOST';

  /**
   * Makes the error, as the library does; so may a class or a test of your own.
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
   * Makes the error, as the library does; so may a class or a test of your own.
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
 * A consumer takes one producer at a time; nothing was changed. `code` is
 * `ERR_PRODUCER_ALREADY_REGISTERED`.
 *
 * @see Twisted: the `RuntimeError` of `IConsumer.registerProducer`
 */
export class ProducerAlreadyRegisteredError extends Error {
  /** Match on this. */
  readonly code = 'ERR_PRODUCER_ALREADY_REGISTERED';

  /**
   * Makes the error, as the library does; so may a class or a test of your own.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'Another producer was never unregistered.') {
    super(message);
    this.name = new.target.name;
  }
}

/**
 * A transfer ended because its consumer wanted no more of it. `code` is `ERR_PRODUCER_STOPPED`.
 *
 * @see Twisted: the `Exception` of `FileSender.stopProducing`
 */
export class ProducerStoppedError extends Error {
  /** Match on this. */
  readonly code = 'ERR_PRODUCER_STOPPED';

  /**
   * Makes the error, as the library does; so may a class or a test of your own.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'Consumer asked us to stop producing', options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
