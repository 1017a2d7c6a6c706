/**
 * The library as `npm run build` makes it. The bench is a package of its own, in which Node does not resolve
 * the name `twisted-streams` to the package around it; so this path stands for the name.
 *
 * Each name by itself: of `export *`, esbuild would make a getter for each name.
 *
 * @see https://nodejs.org/api/packages.html#self-referencing-a-package-using-its-name
 */
export {
  BasicProducerConsumerProxy,
  Bucket,
  ClientFactory,
  connect,
  ConnectionDone,
  ConsumerWritable,
  cooperate,
  Cooperator,
  DuplexTransport,
  Factory,
  FileSender,
  type IAddress,
  type IConsumer,
  type IProtocol,
  type IPullProducer,
  type IPushProducer,
  type ITransport,
  listen,
  ProcessProtocol,
  ProducerConsumerProxy,
  ProducerReadable,
  Protocol,
  PullToPush,
  ReadableProducer,
  ShapedConsumer,
  spawnProcess,
  toWeb,
  TransportDuplex,
  WritableConsumer,
} from '../../dist/index.js';
