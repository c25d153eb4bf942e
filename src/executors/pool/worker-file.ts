import { existsSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { RuntimeError } from "../../errors/misuse.ts"

const FOLDERS = { "thread-main": "worker", "process-main": "worker", "serve-job": "distributed", "watchdog-thread-node": "../inspect/watchdog" } as const
/** This file where it is a module: in the sources, in the package's modules, and in the CommonJS copy. */
const MODULE = /\/(commonjs\/)?executors\/pool\/worker-file\.([jt]s)$/

/**
 * What a worker runs: the module in the sources and among the package's modules, and in a bundle
 * for Node the file beside it. The CommonJS copy has none, since what a worker imports may be a
 * module; it uses the bundle's, as that module does by its import of this library.
 *
 * @throws RuntimeError where it is not there.
 */
export function workerFile(name: keyof typeof FOLDERS): URL {
  // Without source maps, by which it would be the source of this file. And not import.meta.url,
  // which the CommonJS copy cannot have. Nor an import of node:util, with which Node opens the standard output.
  const script = process.getBuiltinModule("node:util").getCallSites(1, { sourceMap: false })[0]?.scriptName ?? ""
  const own = script.startsWith("file:") ? new URL(script) : pathToFileURL(script)
  const [, commonjs, extension] = MODULE.exec(own.href) ?? []
  if (commonjs !== undefined) return new URL(`../../../node/${name}.js`, own)
  if (extension !== undefined) return new URL(`../${FOLDERS[name]}/${name}.${extension}`, own)
  const beside = new URL(`./${name}.js`, own)
  if (existsSync(beside)) return beside
  throw new RuntimeError(
    `cannot start a worker of asyncio-ts from ${script}: a bundle leaves out what workers run; mark asyncio-ts as external for your bundler`,
  )
}
