import { existsSync } from "node:fs"
import { pathToFileURL } from "node:url"

import { RuntimeError } from "../../errors/misuse.ts"

/** This file where it is a module: in the sources, in the package's modules, and in the CommonJS copy. */
const MODULE = /\/(commonjs\/)?inspect\/attach\/thread-file-node\.([jt]s)$/

/**
 * What the thread behind a socket runs: the module beside this one, and in a bundle for Node, which
 * the CommonJS copy uses too, the file beside it.
 *
 * @throws RuntimeError where it is not there
 */
export function threadFile(): URL {
  // Not import.meta.url, which the CommonJS copy cannot have.
  const script = process.getBuiltinModule("node:util").getCallSites(1, { sourceMap: false })[0]?.scriptName ?? ""
  const own = script.startsWith("file:") ? new URL(script) : pathToFileURL(script)
  const [, commonjs, extension = "js"] = MODULE.exec(own.href) ?? []
  const file = new URL(commonjs === undefined ? `./socket-thread-node.${extension}` : "../../../node/socket-thread-node.js", own)
  if (existsSync(file)) return file
  throw new RuntimeError(`cannot start the thread of serveInspector from ${script}: a bundle leaves out what threads run; mark asyncio-ts as external for your bundler`)
}
