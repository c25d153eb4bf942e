/**
 * The functions that run now.
 */
import type { RunningFrame } from "./program-frame.ts"

/** What V8 hands to `Error.prepareStackTrace`. */
interface CallSite {
  getFunctionName(): string | null
  getTypeName(): string | null
  getScriptNameOrSourceURL(): string | null
  getLineNumber(): number | null
  getColumnNumber(): number | null
  isAsync(): boolean
}

/** What V8 has and the language has not. */
interface V8Stacks {
  stackTraceLimit?: number
  prepareStackTrace?: ((error: Error, sites: readonly CallSite[]) => unknown) | undefined
}

/** Innermost first, as many as that; none where the engine is not V8. */
export function runningFrames(limit: number): RunningFrame[] {
  const stacks = Error as unknown as V8Stacks // what Node and the language say of it differs; where it is not V8's, setting these does nothing
  const { stackTraceLimit, prepareStackTrace } = stacks
  try {
    stacks.stackTraceLimit = limit
    stacks.prepareStackTrace = (_error, sites) => sites.filter((site) => !site.isAsync()).map(frameOf)
    const { stack } = new Error() as { stack?: unknown } // what prepareStackTrace gives
    return Array.isArray(stack) ? stack : []
  } catch {
    // A program that has frozen Error gets no places.
    return []
  } finally {
    try {
      if (stackTraceLimit !== undefined) stacks.stackTraceLimit = stackTraceLimit
      if (prepareStackTrace === undefined) delete stacks.prepareStackTrace
      else stacks.prepareStackTrace = prepareStackTrace
    } catch {
      // It was frozen, so nothing was changed.
    }
  }
}

function frameOf(site: CallSite): RunningFrame {
  const type = site.getTypeName()
  return {
    name: site.getFunctionName() ?? "",
    file: site.getScriptNameOrSourceURL() ?? "",
    line: site.getLineNumber() ?? 0,
    column: site.getColumnNumber() ?? 0,
    ...(type === null ? {} : { type }),
  }
}
