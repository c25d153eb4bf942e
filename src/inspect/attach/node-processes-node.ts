/**
 * The processes of this user that might be looked into, found without touching any.
 */
import { readdirSync, statSync } from "node:fs"

import { argumentsOf, isCalledNode, programOf } from "./process-facts-node.ts"
import { openSockets, socketOf } from "./socket-folder-node.ts"

export interface NodeProcess {
  readonly pid: number
  readonly command: readonly string[]
  /** `yes` where it has opened a socket; else nobody can tell before asking it. */
  readonly usesLibrary: "yes" | "unknown"
  readonly socket?: string
}

/** In the order of their numbers, without this process. */
export function nodeProcesses(): readonly NodeProcess[] {
  const processes: NodeProcess[] = []
  for (const pid of candidates(openSockets().map(({ pid }) => pid))) {
    const socket = socketOf(pid)
    processes.push({ pid, command: argumentsOf(pid), ...(socket === undefined ? { usesLibrary: "unknown" } : { usesLibrary: "yes", socket }) })
  }
  return processes
}

function candidates(sockets: readonly number[]): readonly number[] {
  const pids = new Set(sockets)
  if (process.platform === "linux") {
    const own = process.geteuid?.()
    for (const name of readdirSync("/proc")) {
      const pid = Number(name)
      if (!Number.isInteger(pid) || pid === process.pid || pid === process.ppid) continue
      if (statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === own && isCalledNode(programOf(pid))) pids.add(pid)
    }
  }
  return [...pids].sort((a, b) => a - b)
}
