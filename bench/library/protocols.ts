/** `twisted-streams/protocols`, as `npm run build` makes it. */
export * from '../../dist/protocols/index.js';
