// `NODE_OPTIONS=--import=…` of this file runs specs against dist/, the package as users get it, and not
// against the sources in lib/: `npm run test:built`.
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
