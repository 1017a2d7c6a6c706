import { assertProtocol, Factory, type IProtocol } from '../../twisted/core/index.js';
import {
  assertEndpoint,
  type EndpointConnectOptions,
  type IStreamClientEndpoint,
} from './client-endpoint.js';

/**
 * Connects a protocol, without a factory for it.
 *
 * @example
 * ```ts
 * const finger = await connectProtocol(clientFromString('tcp:example.com:79'), new Finger());
 * ```
 *
 * @param endpoint - The endpoint to connect to.
 * @param protocol - The protocol to connect.
 * @param options - As for the endpoint's `connect`.
 * @returns a promise that settles as that of `endpoint.connect` does; it resolves with `protocol`.
 * @throws InvalidArgTypeError (rejects): `endpoint` has no `connect`, or `protocol` is not a
 *   protocol.
 * @see Twisted: `twisted.internet.endpoints.connectProtocol`
 */
export async function connectProtocol<Given extends IProtocol>(
  endpoint: IStreamClientEndpoint,
  protocol: Given,
  options?: EndpointConnectOptions,
): Promise<Given> {
  assertEndpoint(endpoint);
  assertProtocol(protocol);
  class OneProtocol extends Factory {
    override buildProtocol(): Given {
      return protocol;
    }
  }
  return endpoint.connect(new OneProtocol(), options);
}
