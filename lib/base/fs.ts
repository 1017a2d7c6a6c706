/** `node:fs`, loaded when it is needed, because most programs never need it. */
export const fs = () => process.getBuiltinModule('node:fs');
