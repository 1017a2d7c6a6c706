/**
 * Twisted's `INotify`, on Node's own watcher: the names of files that change, a line each, as a
 * push producer. While it is paused a name that changes again is remembered once.
 *
 *     node --import tsx/esm examples/watch-files.ts [folder]
 */
import { watch, type FSWatcher } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

import {
  isFailableConsumer,
  log,
  WritableConsumer,
  type IConsumer,
  type IPushProducer,
} from 'twisted-streams';

import { parseFolder } from './serve.js';

export class FileChanges implements IPushProducer {
  private readonly watcher: FSWatcher;
  private readonly changed = new Set<string>();
  private paused = false;

  /**
   * Registers with `consumer`, and watches until it is stopped or the watcher fails.
   *
   * @throws the error of a folder that can't be watched; nothing was registered.
   */
  constructor(
    folder: string,
    private readonly consumer: IConsumer,
  ) {
    this.watcher = watch(folder, (_event, name) => {
      if (name !== null) this.changed.add(name);
      if (!this.paused) this.tell();
    });
    this.watcher.on('error', (error) => {
      this.stopProducing();
      if (isFailableConsumer(consumer)) consumer.producerFailed(error);
      else log.err(error, 'Files are watched no more');
      consumer.unregisterProducer();
    });
    consumer.registerProducer(this, true);
  }

  private tell() {
    for (const name of this.changed) {
      if (this.paused) return;
      this.changed.delete(name);
      this.consumer.write(Buffer.from(`${name}\n`));
    }
  }

  pauseProducing() {
    this.paused = true;
  }

  resumeProducing() {
    this.paused = false;
    this.tell();
  }

  stopProducing() {
    this.paused = true;
    this.watcher.close();
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const folder = await parseFolder(argv[2] ?? '.');
  new FileChanges(folder, new WritableConsumer(process.stdout));
  // Not to the names' own output, which may be piped.
  console.error('Watching %s: change a file there. Ctrl-C ends it.', folder);
}
