/** Packages that a program may or may not have beside ours. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** `describe` with the package of that name, or loudly skipped where it can't be loaded. */
export function describeWithPackage<Exports>(
  name: string,
  title: string,
  specs: (exports: Exports) => void,
): void {
  try {
    const exports = require(name) as Exports;
    describe(title, () => specs(exports));
  } catch (error) {
    const [why] = String(error).split('\n');
    describe.skip(`${title} (SKIPPED: needs the package ${name}: ${why})`, () => it('runs'));
  }
}
