// A plugin of TypeDoc: the reference has the sections of docs/exports.md, which every export is in.
import { readFileSync } from 'node:fs';

import { Application, Comment, CommentTag, Converter } from 'typedoc';

const page = readFileSync(new URL('../docs/exports.md', import.meta.url), 'utf8');

/** The title of each section, and its text. */
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.split('\n', 1)[0], text }));

function sectionOf(name) {
  const section = sections.find(({ text }) => text.includes(`\`${name}\``));
  if (section === undefined) throw new Error(`docs/exports.md has no line on ${name}`);
  return section.title;
}

export function load(app) {
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('categoryOrder', [...sections.map(({ title }) => title), '*']);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const entryPoint of project.children) {
      for (const exported of entryPoint.children ?? []) {
        exported.comment ??= new Comment();
        const text = sectionOf(exported.name);
        exported.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text }]));
      }
    }
  });
}
