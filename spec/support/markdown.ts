/** The pages of this package, and their parts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './programs.js';

/** A fenced block. */
interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** The heading that it stands under. */
  readonly heading: string;
}

export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The fenced blocks of `page`, in order. */
export function codeBlocks(page: string): CodeBlock[] {
  let heading = '';
  const blocks: CodeBlock[] = [];
  for (const part of page.matchAll(/^#+ (.+)$|^```(\w+)\n([^]*?)^```$/gm)) {
    const [, title, language, code] = part;
    if (title !== undefined) heading = title;
    else blocks.push({ language: language ?? '', code: code ?? '', heading });
  }
  return blocks;
}

/** Where the links of `page` go. */
export function links(page: string): string[] {
  return [...page.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** The anchors of the headings of `page`, as GitHub makes them. */
export function anchors(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
