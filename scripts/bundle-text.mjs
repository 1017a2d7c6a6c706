// How the scripts that change a bundle read it, and write it again.
import ts from 'typescript';

/** The syntax of `code`, a module that esbuild has bundled. */
export const parse = (code) =>
  ts.createSourceFile('bundle.js', code, ts.ScriptTarget.ES2022, /* setParentNodes */ true);

/** `code` with `text` in place of what is from `start` to `end`, for each of `edits`. */
export function withEdits(code, edits) {
  let result = '';
  let done = 0;
  for (const { start, end, text } of edits.toSorted((one, other) => one.start - other.start)) {
    result += code.slice(done, start) + text;
    done = end;
  }
  return result + code.slice(done);
}
