/**
 * What the system says of the main thread, asked from another one.
 *
 * Linux tells what a thread does in files under /proc, which this process may read of its own
 * threads. Elsewhere there is only the processor time of the whole process.
 */
import { openSync, readSync } from "node:fs"
import type { Sample } from "./judge.ts"

export type ThreadState = Pick<Sample, "state" | "busy" | "rests">

/** How the waits for events are numbered on x64 and arm64: epoll_wait, epoll_pwait, epoll_pwait2. */
const EPOLL = new Set(process.arch === "arm64" ? ["22", "441"] : process.arch === "x64" ? ["232", "281", "441"] : [])
/** The wait for another thread, on x64 and arm64. */
const FUTEX = process.arch === "arm64" ? "98" : "202"
/** How often the thread gave up the processor by itself. */
const RESTS = /^voluntary_ctxt_switches:\s*(\d+)/m
const NANO = 1e6
const MICRO = 1e3

/** Of the main thread, whenever it is called. */
export function mainThreadState(): () => ThreadState {
  return ofLinux() ?? ofProcess()
}

function ofLinux(): (() => ThreadState) | undefined {
  if (process.platform !== "linux" || EPOLL.size === 0) return undefined
  try {
    // The number of a process is that of its main thread.
    const folder = `/proc/self/task/${process.pid}`
    const [call, used, status] = [openSync(`${folder}/syscall`, "r"), openSync(`${folder}/schedstat`, "r"), openSync(`${folder}/status`, "r")]
    const bytes = Buffer.alloc(4096)
    const text = (file: number): string => bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, 0))
    // The loop's own; a call that runs a program and waits for it has a loop of its own, made later.
    let own = Infinity
    let before = ""
    let seen: ThreadState | undefined
    const look = (): ThreadState => {
      const times = text(used)
      // It has not run since it was seen to wait: the other files, which take longer to read, are as they were.
      if (seen !== undefined && seen.state !== "running" && times === before && !times.startsWith("0 ")) return seen
      before = times
      seen = stateNow(times)
      return seen
    }
    const stateNow = (times: string): ThreadState => {
      const [number = "", descriptor = ""] = text(call).trim().split(" ")
      const [run = 0, waited = 0] = times.trim().split(" ").map(Number)
      const busy = (run + waited) / NANO
      const rests = Number(RESTS.exec(text(status))?.[1])
      if (number === "running" || number === "-1") return { state: "running", busy, rests }
      if (number === FUTEX) return { state: "held", busy, rests }
      if (!EPOLL.has(number)) return { state: "waiting", busy, rests }
      own = Math.min(own, Number(descriptor))
      return { state: Number(descriptor) === own ? "resting" : "waiting", busy, rests }
    }
    look()
    return look
  } catch {
    return undefined
  }
}

function ofProcess(): () => ThreadState {
  return () => {
    const all = process.cpuUsage()
    // Node 22 cannot tell its own share, which is small.
    const own = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.() ?? { user: 0, system: 0 }
    return { state: "unknown", busy: (all.user + all.system - own.user - own.system) / MICRO }
  }
}
