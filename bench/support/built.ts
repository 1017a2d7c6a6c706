/** Where `npm run build` puts the library. */
export const BUILT = new URL('../../dist/index.js', import.meta.url);
