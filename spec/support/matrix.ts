/** Which kinds of stream go with which, as a page. */
import { readableKinds, type ReadableKind } from './readable-kinds.js';
import { writableKinds, type WritableKind } from './writable-kinds.js';

/** Variants of one kind have specs of their own; of these the matrix has one. */
const isVariant = ({ name }: { name: string }) =>
  /, sync|, async,|as advice|without return/.test(name);

/** The rows of the matrix. */
export const matrixReadables: readonly ReadableKind[] = readableKinds.filter(
  (kind) => !isVariant(kind),
);

/** The columns of the matrix. */
export const matrixWritables: readonly WritableKind[] = writableKinds.filter(
  (kind) => !isVariant(kind),
);

/** The ways from a readable to a writable. */
export const routes = ['pushed', 'pulled', 'through all four'] as const;

/** The matrix as a page of Markdown. */
export function renderMatrix(): string {
  const head = ['', ...matrixWritables.map((_, i) => letter(i))];
  const rows = matrixReadables.map(({ name }) => [name, ...matrixWritables.map(() => '✓')]);
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(i === 0 ? width : 3)).join(' | ')} |`;
  const rule = head.map((_, i) => '-'.repeat(i === 0 ? width : 3));
  return `# The matrix

What can be read, and where it can be written to: each row a kind of readable, each column a kind of writable. Each ✓ stands for three runs, in \`spec/streams/matrix.spec.ts\`, in which every byte arrives in order and everything closes cleanly:

- pushed: \`ReadableProducer\`, a push producer, into \`WritableConsumer\`;
- pulled: the same with \`{ streaming: false }\`;
- through all four: \`ReadableProducer\` into \`ProducerReadable\`, Node's \`pipeline\` from there into \`ConsumerWritable\`, and that into \`WritableConsumer\`.

${matrixWritables.map(({ name }, i) => `- ${letter(i)}: ${name}`).join('\n')}

${[head, rule, ...rows].map(line).join('\n')}

This page is printed from the specs' own table; \`UPDATE_MATRIX=1 npx mocha spec/streams/matrix.spec.ts\` prints it anew.
`;
}

function letter(i: number): string {
  return String.fromCharCode(65 + i);
}
