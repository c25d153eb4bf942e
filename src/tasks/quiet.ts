/**
 * The moments when nothing keeps the process alive: one handler of the process for all runs.
 */
import { host } from "../host/host.ts"

/** Who is told. Invariant: the handler is installed exactly while somebody is to be told. */
const watchers = new Set<() => void>()
let uninstall: (() => void) | null = null

/** Calls `watcher` each time nothing keeps the process alive, until the returned function is called. */
export function onQuiet(watcher: () => void): () => void {
  watchers.add(watcher)
  uninstall ??= host.onQuiet(() => {
    for (const told of watchers) told()
  })
  return () => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    uninstall?.()
    uninstall = null
  }
}
