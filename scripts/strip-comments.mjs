import ts from 'typescript';

import { parse, withEdits } from './bundle-text.mjs';

/** Whether esbuild made `comment`, for bundlers or debuggers: `//# …`, `/* @__PURE__ *\/`. */
const isForMachines = (comment) => comment.startsWith('//#') || /^\/\* [\w@].*\*\/$/.test(comment);

/**
 * Leaves out the comments, which Node would read each time that a program starts, and hold in memory: a
 * quarter of dist/, which esbuild leaves out only together with the ends of lines. They are in lib/ and in
 * the declarations. A single character beyond Latin in one of them makes V8 hold the whole file in
 * characters of two bytes. Each line stays where it is, so that the source map stays true.
 */
export function stripComments(code) {
  const edits = new Map(); // By start: the first node of a statement begins where the statement does.
  const find = (node) => {
    for (const { pos, end } of ts.getLeadingCommentRanges(code, node.getFullStart()) ?? []) {
      const comment = code.slice(pos, end);
      if (isForMachines(comment)) continue;
      edits.set(pos, { start: pos, end, text: comment.replaceAll(/[^\n]/g, '') });
    }
    node.getChildren().forEach(find); // The braces too: a comment may be the last thing in them.
  };
  find(parse(code));
  return withEdits(code, [...edits.values()]);
}
