/**
 * What Linux tells of a process without touching it.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { basename } from "node:path"

import { AttachError } from "./attach-error.ts"

export interface ProcessFacts {
  readonly pid: number
  /** One letter, as in `ps`: R runs, S sleeps, T is stopped, Z has ended. */
  readonly state: string
  readonly uid: number
  /** The program, where it may be known. */
  readonly exe: string | undefined
  /** Its threads are those of Node. */
  readonly isNode: boolean
  /** It has something to do when SIGUSR1 comes; else that would end it. */
  readonly catchesSigusr1: boolean
  /** The function of the system in which its main thread waits, and which a signal would make fail in the program. */
  readonly fragileCall: string | undefined
  readonly arguments: readonly string[]
  /** Empty where it may not be known. */
  readonly nodeOptions: readonly string[]
}

/** SIGUSR1 is number 10 on Linux, and signals are counted from 1. */
const SIGUSR1 = 1n << 9n
/** Threads that each Node has and no other program; the second from Node 24 on. */
const THREADS = ["DelayedTaskSche", "SignalInspector"]

/** @throws AttachError if there is none, or it has ended */
export function factsOf(pid: number): ProcessFacts {
  const status = read(`/proc/${pid}/status`)
  if (status === undefined) throw new AttachError("no such process", `there is no process ${pid}`)
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? ""
  const group = Number(field("Tgid"))
  if (group !== pid) throw new AttachError("not a process", `${pid} is a thread of process ${group}: give that number`)
  const state = field("State").charAt(0)
  if (state === "Z" || state === "X") throw new AttachError("ended", `process ${pid} has ended, and its parent has not taken notice yet`)
  const options = read(`/proc/${pid}/environ`)?.split("\0").find((entry) => entry.startsWith("NODE_OPTIONS="))
  return {
    pid,
    state,
    // The second is the one that decides what it may do.
    uid: Number(field("Uid").split(/\s+/)[1]),
    exe: programOf(pid),
    isNode: threadsOf(pid).some((name) => THREADS.includes(name)),
    catchesSigusr1: (BigInt(`0x${field("SigCgt") || "0"}`) & SIGUSR1) !== 0n,
    fragileCall: fragileCall(pid),
    arguments: argumentsOf(pid),
    nodeOptions: options?.slice("NODE_OPTIONS=".length).split(/\s+/).filter(Boolean) ?? [],
  }
}

/** The words of the command that started it; empty if they may not be known. */
export function argumentsOf(pid: number): readonly string[] {
  return read(`/proc/${pid}/cmdline`)?.split("\0").slice(0, -1) ?? []
}

/** Whether it has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" // what process.kill throws
  }
  return process.platform !== "linux" || !/^State:\s*[ZX]/m.test(read(`/proc/${pid}/status`) ?? "State: X")
}

/** Whether `node` is what its program is called; its threads tell more, but take longer. */
export function isCalledNode(exe: string | undefined): boolean {
  return exe !== undefined && /^(node|nodejs)[-.\d]*( \(deleted\))?$/.test(basename(exe))
}

export function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return undefined
  }
}

/** What an idle Node waits in, and `Atomics.wait`: both wait again after a signal; 0 is not waiting, or not told. */
const ENDURES = /epoll|ep_poll|futex|^0?$/

/**
 * A signal goes to the main thread, all others of Node's own turn it away; and where that is in the
 * midst of readFileSync of a pipe, say, that call throws EINTR in the program.
 */
function fragileCall(pid: number): string | undefined {
  const call = read(`/proc/${pid}/wchan`) ?? ""
  return ENDURES.test(call) ? undefined : call
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => read(`/proc/${pid}/task/${thread}/comm`)?.trim() ?? "")
  } catch {
    return []
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
