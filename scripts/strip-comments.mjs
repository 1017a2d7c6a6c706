import ts from 'typescript';

/**
 * Leaves out the comments, which Node would read each time that a program starts: they are in lib/ and in
 * the declarations. A single character beyond Latin in one of them makes V8 hold the whole file in
 * characters of two bytes. Each line stays where it is, so that the source map stays true.
 */
export function stripComments(code) {
  const found = new Map();
  const source = ts.createSourceFile('bundle.js', code, ts.ScriptTarget.ES2022, true);
  const find = (node) => {
    for (const comment of ts.getLeadingCommentRanges(code, node.getFullStart()) ?? []) {
      found.set(comment.pos, comment.end);
    }
    node.getChildren(source).forEach(find); // The braces too: a comment may be the last thing in them.
  };
  find(source);
  let result = '';
  let done = 0;
  for (const [start, end] of [...found].sort(([one], [other]) => one - other)) {
    const comment = code.slice(start, end);
    if (comment.startsWith('//#') || /^\/\* [\w@].*\*\/$/.test(comment)) continue; // esbuild's own.
    result += code.slice(done, start) + comment.replaceAll(/[^\n]/g, '');
    done = end;
  }
  return result + code.slice(done);
}
