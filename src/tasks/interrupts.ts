/**
 * Ctrl-C: one handler of the process for all runs.
 */
import { KeyboardInterrupt } from "../errors/keyboard-interrupt.ts"
import { host } from "../host/host.ts"

/** Who is told of Ctrl-C. Invariant: the handler is installed exactly while there is a run. */
const runs = new Set<() => void>()
let uninstall: (() => void) | null = null
/** Not null from a Ctrl-C until it is raised again: stops waiting for an end by an error. */
let interrupted: (() => void) | null = null
/** How many handlers of the program's own stand in for this one. */
let replaced = 0

/** Whether this library listens for Ctrl-C now. */
export function listensForInterrupts(): boolean {
  return uninstall !== null
}

/** Calls `cancel` on each Ctrl-C until the returned function is called. */
export function onInterrupt(cancel: () => void): () => void {
  runs.add(cancel)
  uninstall ??= host.onInterrupt(interrupt)
  return () => {
    if (!runs.delete(cancel) || runs.size > 0) return
    stopListening()
    if (interrupted === null) return
    const stopWaiting = interrupted
    interrupted = null
    // Once the program has heard of the interruption, as the host would have answered it.
    host.macrotask(() => host.macrotask(() => {
      stopWaiting()
      host.raiseInterrupt()
    }))
  }
}

/**
 * The process does not end by Ctrl-C until the returned function is called, or, once it was
 * interrupted (`already`: it was before), by the next one.
 */
export function endureInterrupt(already: boolean): () => void {
  let interruptions = already ? 1 : 0
  const stop = onInterrupt(() => {
    interruptions += 1
    if (interruptions > 1) stop()
  })
  return stop
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
  // A program that lets the interruption pass ends by the signal too, not as by a mistake.
  interrupted ??= host.onUncaught((error) => {
    if (!(error instanceof KeyboardInterrupt)) return
    stopListening()
    host.raiseInterrupt()
  })
  for (const cancel of runs) cancel()
}

function stopListening(): void {
  uninstall?.()
  uninstall = null
}
