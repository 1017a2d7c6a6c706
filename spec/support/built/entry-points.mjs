/** What users import, as URLs. */
export const entryPoints = ['index', 'protocols/index', 'testing/index'].map(
  (name) => new URL(`../../../dist/${name}.js`, import.meta.url).href,
);
