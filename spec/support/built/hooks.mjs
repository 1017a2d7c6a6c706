// A spec that imports from lib/ gets dist/ instead: each file of lib/ stands for all that the package exports.
import { entryPoints } from '../../../scripts/entry-points.mjs';

const WHOLE = 'built:whole';

export function resolve(specifier, context, next) {
  const isFromSpec = /\/spec\/.*\.ts$/.test(context.parentURL ?? '');
  if (isFromSpec && /(^|\/)lib\/.*\.[jt]s$/.test(specifier)) {
    return { url: WHOLE, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}

export function load(url, context, next) {
  if (url !== WHOLE) return next(url, context);
  const urls = entryPoints.map(({ code }) => new URL(`../../../${code}`, import.meta.url).href);
  const source = urls.map((each) => `export * from ${JSON.stringify(each)};`).join('\n');
  return { format: 'module', source, shortCircuit: true };
}
