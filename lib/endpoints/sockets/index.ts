/** Connections over TCP, TLS and UNIX sockets. */
export { connect, connectReady, readyToConnect, type ReadyToConnect } from './connect.js';
export type { ConnectOptions, Connector } from './connector.js';
export {
  CannotListenError,
  ConnectError,
  ConnectionRefusedError,
  TimeoutError,
  UnknownHostError,
  UserError,
} from './errors.js';
export {
  type AdoptedSocket,
  listen,
  ListeningPort,
  type ListenOptions,
  listenReady,
  readyToListen,
  type ReadyToListen,
} from './listen.js';
export { PortFactory } from './port-factory.js';
export type { UnixSocketOptions } from './unix-factory.js';
export { addressOf, assertPlaceOptions, type Place, shortFormOf } from './place.js';
