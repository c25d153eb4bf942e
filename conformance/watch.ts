/**
 * Everything that can watch a program, at once: debug mode, a recorder, the watchdog of the
 * loop, snapshots taken from within while tasks change hands, and an inspector that another
 * thread has attached, which asks for snapshots wherever the program just is.
 */
import { Worker } from "node:worker_threads"

import { Recorder } from "asyncio-ts/inspect"
import { observe } from "#src/core/observer.ts"
import { installNodeAgent } from "#src/inspect/agent-node.ts"
import { startWatchdog } from "#src/inspect/watchdog/watchdog-node.ts"

/** What the watchers have seen. */
export interface Sights {
  readonly events: number
  readonly warnings: number
  readonly blocked: number
  /** Snapshots taken from within, and those that the inspector got. */
  readonly within: number
  readonly attached: number
  /** What went wrong with them. */
  readonly mistakes: readonly string[]
}

/** Between two looks of the inspector. */
const PAUSE_MS = 20
const AGENT = 'globalThis[Symbol.for("asyncio-ts.runtimes")][0].deref().snapshotJson({ lines: false })'
const RUNTIMES = Symbol.for("asyncio-ts.runtimes")
const INSPECTOR = `
const { Session } = require("node:inspector")
const { parentPort, workerData } = require("node:worker_threads")
const session = new Session()
session.connectToMainThread()
let stopped = false
parentPort.on("message", () => (stopped = true))
const ask = () => session.post("Runtime.evaluate", { expression: workerData, returnByValue: true }, (error, answer) => {
  const text = error ? JSON.stringify({ error: error.message }) : (answer.result.value ?? JSON.stringify({ error: JSON.stringify(answer) }))
  parentPort.postMessage(text)
  if (!stopped) return void setTimeout(ask, ${PAUSE_MS})
  session.disconnect()
  parentPort.postMessage("")
  parentPort.close()
})
ask()
`

interface Agent {
  snapshotJson(options: { readonly lines: boolean }): string
}

/**
 * Begins to watch; what it gives ends that and tells what was seen.
 *
 * @param every - after so many events a snapshot is taken from within
 * @param withInspector - whether an inspector of another thread asks for snapshots, too
 */
export async function watchEverything(every: number, withInspector: boolean): Promise<() => Promise<Sights>> {
  let warnings = 0
  // They are expected, and thousands.
  process.removeAllListeners("warning")
  process.on("warning", () => (warnings += 1))
  installNodeAgent()
  const mistakes: string[] = []
  const look = (text: string): void => {
    const { error, tasks } = JSON.parse(text) as { error?: string; tasks?: unknown[] } // what an agent gives
    if (error !== undefined || !Array.isArray(tasks)) mistakes.push(error ?? `no list of tasks: ${text.slice(0, 80)}`)
  }

  let within = 0
  let told = 0
  const agent = (globalThis as unknown as Record<symbol, WeakRef<Agent>[]>)[RUNTIMES]?.[0]?.deref() // where agents are listed
  const glance = (): void => {
    told += 1
    if (told % every !== 0 || agent === undefined) return
    within += 1
    look(agent.snapshotJson({ lines: within % 8 === 0 }))
  }
  const leave = observe({ taskCreated: glance, taskResumed: glance, taskParked: glance, taskWoken: glance, cancelRequested: glance, taskDone: glance, lineParked: glance, bodyEnded: glance })
  const recorder = new Recorder().start()
  let blocked = 0
  const watchdog = startWatchdog({ report: false, onBlocked: () => void (blocked += 1) })

  let attached = 0
  const inspector = withInspector ? new Worker(INSPECTOR, { eval: true, workerData: AGENT }) : undefined
  if (inspector !== undefined) await new Promise<void>((resolve) => inspector.once("message", () => resolve()))
  inspector?.on("message", (text: string) => {
    if (text === "") return
    attached += 1
    look(text)
  })
  return async () => {
    inspector?.postMessage("stop")
    if (inspector !== undefined) await new Promise((resolve) => inspector.once("exit", resolve))
    watchdog.stop()
    recorder.stop()
    leave()
    const { events, dropped } = recorder.recording()
    return { events: events.length + dropped, warnings, blocked, within, attached, mistakes }
  }
}
