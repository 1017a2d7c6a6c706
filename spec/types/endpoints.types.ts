/**
 * How endpoints, and what is made of them, are to be used, and how they are not. Compiled by
 * `types.spec.ts`, never run.
 */
import {
  type AdoptedSocket,
  connect,
  ClientFactory,
  Factory,
  type FileBodyProducer,
  type IAddress,
  type IBodyProducer,
  type IProtocolFactory,
  type IStreamServerEndpoint,
  type ListeningPort,
  type ListenOptions,
  ServerEndpoint,
  type ServerEndpointOptions,
  serverFromString,
  type TCPAddress,
  type UNIXAddress,
  UNKNOWN_LENGTH,
} from '../../lib/index.js';

declare const factory: IProtocolFactory;
declare const number: number;
declare const path: string;
declare const place: ListenOptions;
declare const options: ServerEndpointOptions;
declare const adopted: AdoptedSocket;
declare const either: { port: number } | { path: string };

/** `true` only if the two are the same type. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type PortOf<Endpoint extends IStreamServerEndpoint> = Awaited<ReturnType<Endpoint['listen']>>;
declare function expectSame<A, B>(same: Same<A, B>): void;

export function whatAServerEndpointOpensKnowsItsAddress(): void {
  const tcp = new ServerEndpoint({ port: 0 });
  expectSame<PortOf<typeof tcp>, ListeningPort<TCPAddress>>(true);
  const host = new ServerEndpoint({ port: number, host: '::1', tls: {}, backlog: 5 });
  expectSame<PortOf<typeof host>, ListeningPort<TCPAddress>>(true);
  const unix = new ServerEndpoint({ path: 'socket', mode: 0o600 });
  expectSame<PortOf<typeof unix>, ListeningPort<UNIXAddress>>(true);
  const named = new ServerEndpoint({ path });
  expectSame<PortOf<typeof named>, ListeningPort<UNIXAddress>>(true);

  const any = new ServerEndpoint(either);
  expectSame<PortOf<typeof any>, ListeningPort<IAddress>>(true);
  const endpoints: ServerEndpoint[] = [tcp, host, unix, named, any];
  for (const endpoint of [
    new ServerEndpoint(place),
    new ServerEndpoint(options),
    new ServerEndpoint(adopted),
    new ServerEndpoint({ fd: 3 }),
    new ServerEndpoint({ stdio: {} }),
    serverFromString('tcp:0'),
  ]) {
    expectSame<PortOf<typeof endpoint>, ListeningPort<IAddress>>(true);
    endpoints.push(endpoint);
  }

  // @ts-expect-error: it is misspelt
  new ServerEndpoint({ port: 0, hots: '::1' });
  // @ts-expect-error: it is a port or a path
  new ServerEndpoint({ port: 0, path: 'socket' });
  // @ts-expect-error: a number is due
  new ServerEndpoint({ port: '0' });
  // @ts-expect-error: there is no place
  new ServerEndpoint({});
  // @ts-expect-error: standard input and output have no port
  new ServerEndpoint({ stdio: {}, port: 1 });
}

export class OnAPort extends ServerEndpoint<number> {
  constructor() {
    super({ port: 0 });
  }
  async open(): Promise<number> {
    return (await this.listen(factory)).getHost().port;
  }
}

export class Overriding extends ServerEndpoint {
  override async listen(inner: IProtocolFactory): Promise<ListeningPort> {
    return super.listen(inner);
  }
}

export function connectWantsTheFactoryOfAClient(): void {
  connect(ClientFactory.forProtocol(Object as never), { path, lockfile: true });
  // @ts-expect-error: it is not told of failures
  connect(new Factory(), { port: 1 });
  // @ts-expect-error: the permissions are the server's
  connect(new ClientFactory(), { path, mode: 0o600 });
}

export function theMarkerOfAnUnknownLengthNarrows(body: FileBodyProducer): number {
  const { length } = body;
  if (body.length !== UNKNOWN_LENGTH) body.length.toFixed();
  if (typeof body.length === 'number') body.length.toFixed();
  // @ts-expect-error: it may be unknown
  const known: number = body.length;
  void known;
  return length === UNKNOWN_LENGTH ? 0 : length;
}

/** A field needs its type: TypeScript takes a symbol that a field begins with for any symbol. */
export class Body implements IBodyProducer {
  readonly length: IBodyProducer['length'] = UNKNOWN_LENGTH;
  async startProducing(): Promise<void> {}
  stopProducing(): void {}
  pauseProducing(): void {}
  resumeProducing(): void {}
}
