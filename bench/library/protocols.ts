/** `twisted-streams/protocols`, as `npm run build` makes it. */
export { LineOnlyReceiver, LineReceiver } from '../../dist/protocols/index.js';
