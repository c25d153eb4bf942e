/**
 * Runs a program on virtual time, and writes down whatever a judgement can rest on.
 */
import { BodyCoroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { allTasks, currentTask, getRunningLoop } from "../../core/running.ts"
import type { Task } from "../../core/task.ts"
import { isCancellation } from "../../errors/cancelled-error.ts"
import { snapshotNow } from "../../inspect/agent.ts"
import { Recorder } from "../../inspect/recorder.ts"
import { renderTable } from "../../inspect/snapshot/render-table.ts"
import { sleep } from "../../tasks/sleep.ts"
import { runVirtual } from "../../testing/run-virtual.ts"
import { VirtualClock } from "../../testing/virtual-clock.ts"
import type { Evidence, Kit, Line, Operation, Warned } from "./evidence.ts"
import type { Witness } from "./witness.ts"

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Of a program that prints for ever the beginning is enough. */
const MOST_LINES = 10_000
/** Turns in which what was cancelled may end, before it counts as left behind. */
const LAST_TURNS = 5
const WIDTH = 100
/** The line above the table, which is about the process of the check. */
const HEADER = 1

/** @throws whatever is no error of the program itself */
export async function runOnVirtualTime(drive: (kit: Kit) => unknown, witness: Witness): Promise<Evidence> {
  const clock = new VirtualClock()
  const operations: Writable<Operation>[] = []
  const lines: Line[] = []
  const warnings: Warned[] = []
  const blocking: string[] = []
  const unhandled: string[] = []
  let left: string[] = []
  let deadlock: Evidence["deadlock"]
  let seconds = 0
  let used: readonly Operation[] = []
  const recorder = new Recorder().start()
  const kit: Kit = {
    time: () => clock.time(),
    operation: (name, body) => (...args) => tracked(name, body, args, operations, clock),
  }
  const allWarned = witness.watchWarnings((warning) => warnings.push(warning))
  const printing = watchPrinting((given) => {
    if (lines.length < MOST_LINES) lines.push(...witness.text(given).split("\n").map((line) => ({ text: line, at: clock.time(), task: nameOf(currentTaskOrNone()) })))
  })
  const blockedCalls = witness.watchBlockingCalls((name) => blocking.push(name))
  let value: unknown
  let error: Evidence["error"]
  try {
    value = await runVirtual(async () => {
      getRunningLoop().setExceptionHandler((_loop, { message, exception }) => unhandled.push(exception === undefined ? message : String(exception)))
      const tell = clock.onDeadlock
      clock.onDeadlock = () => {
        const snapshot = snapshotNow()
        deadlock ??= { sentences: snapshot.deadlocks.map(({ text }) => text), table: renderTable(snapshot, { width: WIDTH }).split("\n").slice(HEADER) }
        tell?.()
      }
      try {
        return await drive(kit)
      } finally {
        // What the closing of the loop ends is no deed of the program.
        seconds = clock.time()
        used = operations.map((operation) => ({ ...operation }))
        recorder.stop()
        for (let turn = 0; turn < LAST_TURNS && others().length > 0; turn += 1) await sleep(0)
        left = others().map(waiting)
      }
    }, { clock, debug: true, name: "main" })
  } catch (thrown) {
    error = { thrown }
  } finally {
    recorder.stop()
    blockedCalls()
    printing()
  }
  await allWarned()
  // A program that went on has had its own idea of it.
  if (error === undefined) deadlock = undefined
  return { value, error, seconds, lines, operations: used, warnings, blocking, unhandled, left, deadlock, recording: recorder.recording() }
}

function tracked<A extends readonly unknown[], T>(name: string, body: (...args: A) => PromiseLike<T>, args: A, operations: Writable<Operation>[], clock: VirtualClock): Coroutine<T> {
  return new BodyCoroutine<T>(name, async (): Promise<T> => {
    const operation = { name: [name, ...args.filter((arg) => typeof arg === "string" || typeof arg === "number")].join(" "), from: clock.time(), to: Infinity, how: "open" as Operation["how"] }
    operations.push(operation)
    try {
      const value = await body(...args)
      operation.how = "returned"
      return value
    } catch (error) {
      operation.how = isCancellation(error) ? "cancelled" : "failed"
      throw error
    } finally {
      operation.to = clock.time()
    }
  })
}

/** Takes what is printed, until the returned function is called. */
function watchPrinting(take: (given: readonly unknown[]) => void): () => void {
  const { log, info, debug, warn, error } = console
  for (const name of ["log", "info", "debug", "warn", "error"] as const) console[name] = (...given: readonly unknown[]) => take(given)
  return () => void Object.assign(console, { log, info, debug, warn, error })
}

function others(): Task<unknown>[] {
  const own = currentTask()
  return [...allTasks()].filter((task) => task !== own && !task.done())
}

/** A task with what it waits for, in words. */
function waiting(task: Task<unknown>): string {
  const found = snapshotNow().tasks.find(({ name }) => name === task.getName())
  const wait = found?.waits[0]?.text
  return `task '${task.getName()}'${wait === undefined ? "" : ` (${wait})`}`
}

function currentTaskOrNone(): Task<unknown> | undefined {
  try {
    return currentTask()
  } catch {
    return undefined
  }
}

function nameOf(task: Task<unknown> | undefined): string {
  return task?.getName() ?? "a callback"
}
