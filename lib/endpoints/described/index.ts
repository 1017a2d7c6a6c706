/**
 * Endpoints: where to connect or listen, separate from the time and from the protocol; and strings
 * that describe them.
 */
export {
  assertEndpoint,
  ClientEndpoint,
  type ClientEndpointOptions,
  type EndpointConnectOptions,
  type IStreamClientEndpoint,
} from './client-endpoint.js';
export { clientFromString } from './client-descriptions.js';
export { connectProtocol } from './connect-protocol.js';
export { quoteStringArgument } from './description.js';
export {
  ConnectingCancelledError,
  EndpointDescriptionError,
  NoProtocol,
  UnsupportedEndpointError,
} from './errors.js';
export type { FactoryOf } from './one-connection.js';
export {
  type EndpointListenOptions,
  type IStreamServerEndpoint,
  type ListeningAddress,
  ServerEndpoint,
  type ServerEndpointOptions,
} from './server-endpoint.js';
export { serverFromString } from './server-descriptions.js';
