import { createRequire } from "node:module"
import { extname } from "node:path"
import { RuntimeError } from "../errors/misuse.ts"
import type * as DefaultPool from "./default-pool.ts"

let loaded: typeof DefaultPool | null = null

/**
 * The thread pool and what it rests on, loaded by the first job: most programs that import the
 * main entry run none, and it is a fifth of what there is to load.
 *
 * At once, and not by `import()`: a wrong call throws at once, and names the line that made it.
 */
export function engine(): typeof DefaultPool {
  return (loaded ??= load())
}

function load(): typeof DefaultPool {
  // Not import.meta, which the CommonJS build has not; and not an import, with which Node opens the standard output.
  const own = process.getBuiltinModule("node:util").getCallSites(1, { sourceMap: false })[0]?.scriptName ?? ""
  try {
    return createRequire(own)(`./default-pool${extname(own)}`) as typeof DefaultPool // the file beside this one
  } catch (error) {
    throw new RuntimeError(
      `cannot load the thread pool of asyncio-ts from ${own}: a bundle leaves out what workers run; mark asyncio-ts as external for your bundler`,
      { cause: error },
    )
  }
}
