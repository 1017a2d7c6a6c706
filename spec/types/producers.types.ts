/**
 * Which producers a consumer takes, and what a file is. Compiled by `types.spec.ts`, never run.
 */
import fs from 'node:fs';
import { open } from 'node:fs/promises';

import {
  BasicProducerConsumerProxy,
  Bucket,
  ConsumerMixin,
  FileBodyProducer,
  FileSender,
  type IConsumer,
  type IFile,
  type IPullProducer,
  type IPushProducer,
  ProducerConsumerProxy,
  Protocol,
  ShapedConsumer,
} from '../../lib/index.js';
import { ProtocolWrapper, ThrottlingProtocol } from '../../lib/protocols/index.js';

declare const consumer: IConsumer;
declare const pushes: IPushProducer;
declare const pulls: IPullProducer;
declare const streaming: boolean;
declare const registry: ConstructorParameters<typeof ThrottlingProtocol>[0];

class Mixed extends ConsumerMixin() {
  connected = true;
  disconnecting = false;
  disconnected = false;
  startWriting(): void {}
  /** One signature stands for all. */
  override registerProducer(producer: IPushProducer | IPullProducer, isPush: boolean): void {
    super.registerProducer(producer, isPush);
  }
}

class Unchanged extends ConsumerMixin() {
  connected = true;
  disconnecting = false;
  disconnected = false;
  startWriting(): void {}
}

export class Watched extends ProtocolWrapper<Protocol> {
  override registerProducer(producer: IPushProducer | IPullProducer, isPush: boolean): void {
    super.registerProducer(producer, isPush);
  }
}

export function aProducerThatOnlyPullsCannotPush(): void {
  for (const takes of [
    new Mixed(),
    new Unchanged(),
    new BasicProducerConsumerProxy(consumer),
    new ProducerConsumerProxy(consumer),
    new ShapedConsumer(consumer, new Bucket()),
    new ProtocolWrapper(registry, new Protocol()),
    new ThrottlingProtocol(registry, new Protocol()),
  ]) {
    const each: Pick<IConsumer, 'registerProducer'> = takes;
    each.registerProducer(pushes, true);
    each.registerProducer(pushes, false);
    each.registerProducer(pulls, false);
    each.registerProducer(streaming ? pushes : pulls, streaming);
  }
  // @ts-expect-error: what only pulls can't push
  new Unchanged().registerProducer(pulls, true);
  // @ts-expect-error: what only pulls can't push
  new BasicProducerConsumerProxy(consumer).registerProducer(pulls, true);
  // @ts-expect-error: what only pulls can't push
  new ProducerConsumerProxy(consumer).registerProducer(pulls, true);
  // @ts-expect-error: what only pulls can't push
  new ShapedConsumer(consumer, new Bucket()).registerProducer(pulls, true);
  // @ts-expect-error: what only pulls can't push
  new ProtocolWrapper(registry, new Protocol()).registerProducer(pulls, true);
  // @ts-expect-error: what only pulls can't push
  new ThrottlingProtocol(registry, new Protocol()).registerProducer(pulls, true);
}

export async function aFileIsNotAStream(file: IFile | string): Promise<void> {
  const sender = new FileSender();
  await sender.beginFileTransfer(file, consumer);
  await sender.beginFileTransfer({ read: (size) => Buffer.alloc(size) }, consumer);
  const read = (size: number) => Promise.resolve(Buffer.alloc(size));
  await sender.beginFileTransfer({ read }, consumer, null);
  await sender.beginFileTransfer(await open('file'), consumer, (bytes) => bytes.subarray(1));
  await sender.beginFileTransfer(new URL('file:///file'), consumer, null, {});
  new FileBodyProducer({ read: (size) => Buffer.alloc(size), seek: (offset) => offset });
  new FileBodyProducer(await open('file'), { readSize: 1 });
  // @ts-expect-error: `null` from the `read` of a stream does not say that it has ended
  await sender.beginFileTransfer(fs.createReadStream('file'), consumer);
  // @ts-expect-error: `null` from the `read` of a stream does not say that it has ended
  new FileBodyProducer(fs.createReadStream('file'));
}
