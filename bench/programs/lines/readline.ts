/** Lines through Node's `readline`. */
import { createInterface } from 'node:readline';

import { count, lines, sayLineRate } from './supply.js';

createInterface({ input: lines() }).on('line', (line) => count(line.length));
await sayLineRate();
