// Says what is missing before anything else fails for want of it. Runs on any Node.
import { existsSync } from 'node:fs';

import { refuse } from './refuse.mjs';

const here = (path) => existsSync(new URL(`../${path}`, import.meta.url));

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  refuse(`This is Node ${process.versions.node}; twisted-streams needs 20.19 or later.`);
}
if (!here('node_modules/tsx')) refuse('Nothing is installed yet. Run this first: npm install');
if (process.argv.includes('--built') && !here('dist/index.js')) {
  refuse('The library is not built: there is no dist/. Run this first: npm run build');
}
