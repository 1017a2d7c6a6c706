import {
  ClientService,
  type ClientServiceOptions,
  Factory,
  type IStreamClientEndpoint,
  Protocol,
} from '../../lib/index.js';
import { type Clock, StringTransport } from '../../lib/testing/index.js';

/** An endpoint whose attempts a spec settles. It heeds no signal. */
export class FakeEndpoint {
  readonly attempts: {
    factory: { buildProtocol(address: { type: 'PIPE' }): Protocol | null };
    signal: AbortSignal;
    resolve(protocol: Protocol): void;
    reject(reason: Error): void;
  }[] = [];

  connect(factory: never, { signal }: { signal: AbortSignal }): Promise<Protocol> {
    return new Promise((resolve, reject) => {
      this.attempts.push({ factory, signal, resolve, reject });
    });
  }

  /** Has the last attempt succeed. @returns what the service is told of the connection. */
  succeed(transport = new StringTransport()): Protocol {
    const last = this.attempts.at(-1);
    const protocol = last?.factory.buildProtocol({ type: 'PIPE' }) as Protocol;
    protocol.makeConnection(transport);
    last?.resolve(protocol);
    return protocol;
  }
}

/** A service, started, that connects to `endpoint`, and waits for no time before it connects again. */
export function startService(
  endpoint: FakeEndpoint,
  clock: Clock,
  options: ClientServiceOptions = {},
  factory: Factory = Factory.forProtocol(Protocol),
): ClientService {
  const to = endpoint as unknown as IStreamClientEndpoint;
  const service = new ClientService(to, factory, { clock, retryPolicy: () => 0, ...options });
  service.startService();
  return service;
}
