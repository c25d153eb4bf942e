/**
 * What debug mode needs to know of awaits, in an engine that does not tell of them: there the
 * innermost line on the stack is the library's own, which would pass for whoever awaits.
 */
import { observe } from "../../../src/core/observer.ts"
import { awaits, placeOfAwait } from "../../../src/core/place.ts"
import { watchDebugMode } from "../../../src/inspect/debug-mode.ts"

/** Watches as debug mode does on Node, until the returned function is called. */
export function watchInBrowser(): () => void {
  // First, since who is observed is told in this order, and debug mode writes down its own.
  const stopDebugging = watchDebugMode()
  const stopPlaces = observe({
    lineParked(frame, on) {
      awaits.set(frame, { line: placeOfAwait(on).line, path: "", by: undefined, ours: false, awaited: true })
    },
  })
  return () => {
    stopPlaces()
    stopDebugging()
  }
}
