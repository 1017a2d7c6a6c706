/** The library without `node:diagnostics_channel`, to measure what the channels cost. */
import type { Plugin } from 'esbuild';

import { withLibrary } from './library-bundle.js';

const NO_CHANNELS = 'export function tellOfProducer() {}\nexport function tellOfConnection() {}';

const noChannels: Plugin = {
  name: 'no channels',
  setup: (bundling) =>
    bundling.onLoad({ filter: /base\/diagnostics\.ts$/ }, () => ({ contents: NO_CHANNELS })),
};

/** @param use - Called with the address of the library, which is removed after that. */
export function withoutChannels<T>(use: (library: string) => Promise<T>): Promise<T> {
  return withLibrary({ plugins: [noChannels] }, use);
}
