/**
 * Ctrl-C: one handler of the process for all runs.
 */
import { host } from "../host/host.ts"

/** Who is told of Ctrl-C. Invariant: the handler is installed exactly while there is a run. */
const runs = new Set<() => void>()
let uninstall: (() => void) | null = null
let interrupted = false
/** How many handlers of the program's own stand in for this one. */
let replaced = 0

/** Calls `cancel` on each Ctrl-C until the returned function is called. */
export function onInterrupt(cancel: () => void): () => void {
  runs.add(cancel)
  uninstall ??= host.onInterrupt(interrupt)
  return () => {
    if (!runs.delete(cancel) || runs.size > 0) return
    uninstall?.()
    uninstall = null
    if (!interrupted) return
    interrupted = false
    // Once the program has heard of the interruption, as the host would have answered it.
    host.macrotask(() => host.macrotask(host.raiseInterrupt))
  }
}

/** Ctrl-C tells nobody here until the returned function is called: a handler of the program's own takes it. */
export function replaceInterrupts(): () => void {
  replaced += 1
  let restored = false
  return () => {
    if (!restored) replaced -= 1
    restored = true
  }
}

function interrupt(): void {
  if (replaced > 0) return
  interrupted = true
  for (const cancel of runs) cancel()
}
