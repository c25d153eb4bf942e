/**
 * How many loops are in debug mode, and who is to watch while there are any.
 */

let loops = 0
let start: (() => () => void) | undefined
let stop: (() => void) | undefined

/** Whether any loop is in debug mode; while there are any, requests to cancel carry their place. */
export function debugging(): boolean {
  return loops > 0
}

/** Told by each loop that goes in and out of debug mode. */
export function countDebug(change: 1 | -1): void {
  loops += change
  turn()
}

/** Calls `watch` when the first loop goes into debug mode, and what that returns when the last leaves it. */
export function whileDebugging(watch: () => () => void): void {
  stop?.()
  stop = undefined
  start = watch
  turn()
}

function turn(): void {
  if (loops > 0) {
    stop ??= start?.()
  } else {
    stop?.()
    stop = undefined
  }
}
