/** `node:util`, but not by an import, with which Node opens the standard output. */
export const util = process.getBuiltinModule("node:util")
