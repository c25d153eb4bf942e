import type * as Acorn from "acorn"
import type * as EslintScope from "eslint-scope"
import { createRequire } from "node:module"
import { join } from "node:path"
import { util } from "../node-util.ts"

/** The optional packages that read a function. */
export interface ScopeTools {
  readonly acorn: typeof Acorn
  readonly eslintScope: typeof EslintScope
}

let found: ScopeTools | null | undefined

/** acorn and eslint-scope; null where one of them is not installed. They are loaded by the first function. */
export function scopeTools(): ScopeTools | null {
  if (found === undefined) found = load()
  return found
}

/** For tests: what `scopeTools` gives from here on; undefined for what is installed. */
export function useScopeTools(tools: ScopeTools | null | undefined): void {
  found = tools
}

function load(): ScopeTools | null {
  // From where this library is installed, else from where the program is: a bundle leaves this folder.
  // Not import.meta, which the CommonJS build has not; and at once, since a wrong call throws at once.
  for (const start of [util.getCallSites(1, { sourceMap: false })[0]?.scriptName, process.argv[1], join(process.cwd(), "main.js")]) {
    try {
      if (start === undefined) continue
      const require = createRequire(start)
      // What the packages export, by their own types.
      return { acorn: require("acorn") as typeof Acorn, eslintScope: require("eslint-scope") as typeof EslintScope }
    } catch {
      // Not there, or not of a form that this Node loads: functions are sent without the check.
    }
  }
  return null
}
