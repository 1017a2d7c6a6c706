/**
 * The library as `npm run build` makes it. The bench is a package of its own, in which Node does not resolve
 * the name `twisted-streams` to the package around it; so this path stands for the name.
 *
 * @see https://nodejs.org/api/packages.html#self-referencing-a-package-using-its-name
 */
export * from '../../dist/index.js';
