/**
 * How long the code of each task ran, while somebody measures.
 */
import { observe, type TaskInfo } from "../../core/observer.ts"
import { host } from "../../host/host.ts"

/** What is counted of a task; gone with it. */
interface Used {
  seconds: number
  /** When it was first seen. */
  readonly since: number
}

let used = new WeakMap<object, Used>()
let askers = 0
let began = 0
let stop: (() => void) | undefined
/** What runs now, and since when; a task whose first step runs within its maker's lies on top of it. */
let running: object[] = []
let at = 0

/**
 * Counts from now on, until as many have ended it as have begun it. It costs two looks at the
 * clock for each switch. Host callbacks that are no task's count for nobody.
 *
 * @returns whether somebody measures
 */
export function measureCpu(on: boolean): boolean {
  askers = Math.max(0, askers + (on ? 1 : -1))
  if (askers > 0 && stop === undefined) start()
  else if (askers === 0 && stop !== undefined) {
    stop()
    stop = undefined
    running = []
    used = new WeakMap()
  }
  return askers > 0
}

/** What a task has used, and over how many seconds that is; undefined while nobody measures. */
export function cpuOf(task: object): { used: number; over: number } | undefined {
  if (stop === undefined) return undefined
  const now = host.now()
  const known = used.get(task)
  const since = known?.since ?? began
  const on = running.at(-1) === task ? now - at : 0
  return { used: micro((known?.seconds ?? 0) + on), over: micro(now - since) }
}

function start(): void {
  began = host.now()
  at = began
  stop = observe({
    taskCreated: (task) => void used.set(task, { seconds: 0, since: host.now() }),
    taskResumed(task) {
      book()
      running.push(task)
    },
    taskHandsBack: leave,
    taskParked: leave,
    taskDone: leave,
  })
}

function leave(task: TaskInfo): void {
  book()
  const place = running.lastIndexOf(task)
  // What lies above it has ended without a word, such as code at a foreign promise.
  if (place !== -1) running.length = place
}

/** Counts what has passed for what runs on top. */
function book(): void {
  const now = host.now()
  const task = running.at(-1)
  if (task !== undefined) {
    const known = used.get(task)
    if (known === undefined) used.set(task, { seconds: now - at, since: began })
    else known.seconds += now - at
  }
  at = now
}

function micro(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}
