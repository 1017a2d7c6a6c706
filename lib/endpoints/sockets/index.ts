/** Connections over TCP, TLS and UNIX sockets. */
export { connect } from './connect.js';
export type { ConnectOptions, Connector } from './connector.js';
export {
  CannotListenError,
  ConnectError,
  ConnectionRefusedError,
  TimeoutError,
  UnknownHostError,
  UserError,
} from './errors.js';
export { listen, type ListeningPort, type ListenOptions } from './listen.js';
export type { Place } from './place.js';
