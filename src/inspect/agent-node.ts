/**
 * The agent on Node: what the host alone knows of a process.
 */
import { host } from "../host/host.ts"
import { installAgent } from "./agent.ts"
import type { Recorder } from "./recorder.ts"
import type { ProcessFacts } from "./snapshot/own-snapshot.ts"
import { listenerWarnings, type ListenerWarning } from "./snapshot/listener-warnings.ts"
import { version } from "./version.ts"

/** Lists this copy of the library among those of the process. */
export function installNodeAgent(): void {
  listenerWarnings.watch = watchListenerWarnings
  installAgent(version, facts, { home, watch })
}

/** This file among the sources, the package's modules, its CommonJS copy and its bundle for Node. */
const FILE = /^(.*\/)(?:src|dist)\/(?:(?:commonjs\/)?inspect|node)\/[^/]+$/

/** The folders of the library's own files; both ways to write them, since stacks have either. */
function home(): readonly string[] {
  try {
    // Not import.meta.url, which the CommonJS copy cannot have; and without source maps.
    const script = process.getBuiltinModule("node:util").getCallSites(1, { sourceMap: false })[0]?.scriptName ?? ""
    const [, root] = FILE.exec(script.replace(/^file:\/\//, "")) ?? []
    if (root === undefined) return []
    return [...new Set([`${root}src/`, `${root}dist/`].flatMap((folder) => [folder, decodeURI(folder)]))]
  } catch {
    // An older Node tells no call sites.
    return []
  }
}

/** Seconds that code has to block the loop for to be told of, and that the watchdog may take to begin. */
const BLOCKS = 0.05
const BEGINNING = 1

/** Collections, and what blocks the loop, as far as this program allows anybody to watch it. */
async function watch(recorder: Pick<Recorder, "addPause">): Promise<() => void> {
  const ends: (() => void)[] = []
  try {
    const { recordCollections } = await import("./analysis/collections-node.ts")
    ends.push(recordCollections(recorder))
    const { startWatchdog } = await import("./watchdog/watchdog-node.ts")
    const watchdog = startWatchdog({ threshold: BLOCKS, report: false, recorder })
    ends.push(() => watchdog.stop())
    let timer: unknown
    await Promise.race([watchdog.ready, new Promise<void>((resolve) => (timer = host.setTimer(BEGINNING, resolve)))])
    host.clearTimer(timer)
  } catch {
    // A worker thread has none, nor a program that forbids threads; a program's own watchdog tells its own recorder.
  }
  return () => {
    for (const end of ends) end()
  }
}

/** Node tells once for each emitter and event, when there are more than it expects. */
function watchListenerWarnings(tell: (warning: ListenerWarning) => void): () => void {
  const onWarning = (warning: Error & { emitter?: object; type?: string | symbol; count?: number }): void => {
    const { name, emitter, type, count } = warning
    if (name !== "MaxListenersExceededWarning" || emitter === undefined || count === undefined) return
    tell({ event: String(type), count, emitter: emitter.constructor.name })
  }
  process.on("warning", onWarning)
  return () => {
    process.off("warning", onWarning)
  }
}

function facts(): ProcessFacts {
  return {
    pid: process.pid,
    node: process.version,
    program: process.argv[1] ?? "",
    takenAt: new Date().toISOString(),
    uptime: Math.round(process.uptime() * 1e6) / 1e6,
    handles: handles(),
  }
}

/** What keeps the process going; other hosts do not tell. */
function handles(): string[] {
  const { getActiveResourcesInfo } = process as Partial<Pick<NodeJS.Process, "getActiveResourcesInfo">>
  return getActiveResourcesInfo?.call(process) ?? []
}
