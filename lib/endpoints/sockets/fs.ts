/** `node:fs`, loaded when it is needed, because most programs describe no endpoint with files. */
export const fs = () => process.getBuiltinModule('node:fs');
