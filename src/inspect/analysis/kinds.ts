/**
 * What the names of waits mean: an operation of its own, more of one that is open, or order that the program wants.
 */

/**
 * `order`: a lock, an event and the like; what comes after it was meant to. `queue` likewise. `more`: it goes on with what an
 * earlier operation opened. `tasks`: others of the program. `operation`: anything else.
 */
export type WaitClass = "timer" | "order" | "queue" | "more" | "tasks" | "job" | "operation"

/** Some wait for somebody to do something, such as to press a key. */
const ORDER = /^(Lock|Semaphore|BoundedSemaphore|Condition|Event|Barrier|Future|fromEvent|files\.watch|input|StandardInput)\b/
const QUEUE = /^(Queue|PriorityQueue|LifoQueue|asCompleted)\b/
const MORE = /^(StreamReader|StreamWriter|Stream|Reader|Writer|DatagramEndpoint|WebSocket|Server)\b/
const TASKS = /^(Task|gather|wait|TaskGroup|shield|task)\b/
const JOB = /^worker job #(\d+)$/

/** What names alone tell; there are few of them, and many waits. */
const known = new Map<string, WaitClass>()
/** Names may be made by users, and need not be kept. */
const MOST_KNOWN = 1000

function nameClass(on: string): WaitClass {
  const found = known.get(on)
  if (found !== undefined) return found
  const told = on === "sleep" ? "timer" : QUEUE.test(on) ? "queue" : JOB.test(on) ? "job" : TASKS.test(on) ? "tasks" : ORDER.test(on) ? "order" : MORE.test(on) ? "more" : "operation"
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(on, told)
  return told
}

/**
 * @param by - the task that ended the wait; `undefined` for the host and timers, and while it goes on
 */
export function classOf({ on, awaits }: { readonly on: string; readonly awaits?: readonly number[] }, by: number | undefined, ended: boolean): WaitClass {
  const named = nameClass(on)
  if (named === "timer" || named === "queue" || named === "job") return named
  if (awaits !== undefined && awaits.length > 0) return "tasks"
  // A future may stand for anything: what no task has brought came from the host.
  return on === "Future" && ended && by === undefined ? "operation" : named
}
