// `#stream` on Node. A file, because bundlers follow the `imports` of package.json to files and
// packages only: for a module of Node, webpack fails, Rollup leaves `#stream` in the bundle, and ncc
// writes `require('')`.
export { addAbortSignal, Duplex, Readable, Writable } from 'node:stream';
