// A build starts from nothing, so that a file which was renamed doesn't stay importable.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
