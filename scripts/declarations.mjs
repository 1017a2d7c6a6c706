// Finishes the declarations that the compiler wrote.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

// They name `node:stream` where the code says `#stream`: a compiler need not know the `imports` of
// our package.json, and the declarations of both are the same.
for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue;
  const path = join(dist, name);
  const text = readFileSync(path, 'utf8');
  if (text.includes("'#stream'"))
    writeFileSync(path, text.replaceAll("'#stream'", "'node:stream'"));
}

// The entries bring Node's types with them, on which we depend: from TypeScript 6 on, a program gets
// none unless its `types` name them.
for (const entry of ['index', 'protocols/index', 'testing/index']) {
  const path = join(dist, `${entry}.d.ts`);
  writeFileSync(path, `/// <reference types="node" />\n${readFileSync(path, 'utf8')}`);
  const map = JSON.parse(readFileSync(`${path}.map`, 'utf8'));
  map.mappings = `;${map.mappings}`; // For that line.
  writeFileSync(`${path}.map`, JSON.stringify(map));
}
