import { pathToFileURL } from "node:url"
import { util } from "../node-util.ts"

/** A file of the program. */
export interface CallerFile {
  readonly url: string
  /** Whether its code is sloppy unless it says otherwise. */
  readonly sloppy: boolean
}

/** Enough for what of this library stands between the program's line and this file. */
const FRAMES = 24
const HERE = "executors/function-job/caller-file."
/** TypeScript writes "use strict" into all that it compiles. */
const JAVASCRIPT = /\.c?js$/

/** The folder of this library; undefined where a bundler has put all into one file. */
const home = ((): string | undefined => {
  const url = urlOf(util.getCallSites(1, { sourceMap: false })[0]?.scriptName)
  return url?.includes(HERE) === true ? url.slice(0, url.lastIndexOf(HERE)) : undefined
})()

/**
 * The file of the program's innermost line on the stack; undefined where there is none, as in the
 * REPL. Without source maps: an import has to start at the file that runs.
 */
export function callerFile(): CallerFile | undefined {
  for (const { scriptName } of util.getCallSites(FRAMES, { sourceMap: false })) {
    const url = urlOf(scriptName)
    if (url === undefined || (home !== undefined && url.startsWith(home))) continue
    return { url, sloppy: url !== scriptName && JAVASCRIPT.test(url) }
  }
  return undefined
}

/** ES modules are called by their URL, CommonJS modules by their path. */
function urlOf(script: string | undefined): string | undefined {
  if (script === undefined) return undefined
  if (script.startsWith("file://")) return script
  return /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(script) ? pathToFileURL(script).href : undefined
}
