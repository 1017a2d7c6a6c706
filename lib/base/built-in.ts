/**
 * Node's own modules that most programs never need: each is loaded where it is first used. (To load
 * `node:util` alone would take a tenth of the library's loading time.)
 */
export const builtIn: typeof process.getBuiltinModule = (id: string) =>
  process.getBuiltinModule(id) as never;

export const fs = () => builtIn('node:fs');
