/** Producers that are transports, as in a port forwarder: one whose connection is over can't unregister. */

/** Whether `producer` is a transport whose connection is over. */
export function isLostTransport(producer: object): boolean {
  const { loseConnection, disconnected } = producer as Partial<Record<string, unknown>>;
  return typeof loseConnection === 'function' && Boolean(disconnected);
}

/** Calls `then` when `producer`, if it is a transport that says so, has lost its connection. */
export function whenLost(producer: object, then: () => void): void {
  const { loseConnection, closed } = producer as Partial<Record<string, unknown>>;
  if (typeof loseConnection === 'function' && closed instanceof Promise) void closed.then(then);
}
