/** Producers that read a file, pull on behalf of a consumer, or stand between two others. */
export { assertFinishable, BasicProducerConsumerProxy } from './basic-producer-consumer-proxy.js';
export { type IBodyProducer, UNKNOWN_LENGTH } from './body-producer.js';
export {
  FileBodyProducer,
  type FileBodyProducerOptions,
  type ISeekableFile,
} from './file-body-producer.js';
export { FileSender, type FileTransferOptions, type FileTransform } from './file-sender.js';
export type { FileBytes, IFile } from './files.js';
export { ProducerConsumerProxy } from './producer-consumer-proxy.js';
export { PullToPush } from './pull-to-push.js';
