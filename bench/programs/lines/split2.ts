/** Lines through `split2`. */
import split from 'split2';

import { count, lines, sayLineRate } from './supply.js';

lines()
  .pipe(split())
  .on('data', (line: string) => count(line.length));
await sayLineRate();
