// The declarations name `node:stream` where the code says `#stream`: a compiler need not know the
// `imports` of our package.json, and the declarations of both are the same.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue;
  const path = join(dist, name);
  const text = readFileSync(path, 'utf8');
  if (text.includes("'#stream'"))
    writeFileSync(path, text.replaceAll("'#stream'", "'node:stream'"));
}
