/** Producers that read a file, pull on behalf of a consumer, or stand between two others. */
export { assertFinishable, BasicProducerConsumerProxy } from './basic-producer-consumer-proxy.js';
export { type FileBytes, FileSender, type FileTransform, type IFile } from './file-sender.js';
export { ProducerConsumerProxy } from './producer-consumer-proxy.js';
export { PullToPush } from './pull-to-push.js';
