/**
 * Tasks that await each other in a circle, and programs in which nothing can happen again.
 */
import { DeadlockError } from "../errors/misuse.ts"
import { awaits, FutureWait, isAwaited, type Future } from "./future.ts"
import { Frame, type Below } from "./frame.ts"
import type { Scheduler } from "./scheduler.ts"
import { frameOf, Task, taskOf } from "./task.ts"
import { doom, type Wait } from "./wait.ts"

/** Looks for circles among the waits opened since it last looked. */
export class DeadlockWatch {
  readonly #loop: Scheduler

  constructor(loop: Scheduler) {
    this.#loop = loop
  }

  readonly look = (): number => {
    if (this.#loop.newWaits.length > 0) {
      const waits = this.#loop.newWaits.splice(0)
      const settled = new Set<object>()
      for (const wait of waits) {
        if (!(wait instanceof FutureWait) || wait.state !== "pending" || wait.frame === null) continue
        // A circle goes through the waiting task too, so somebody awaits that one.
        if (taskOf(wait.frame)?.[isAwaited] !== true) continue
        if (closesCircle(wait, settled)) doom(wait, circle(this.#loop))
      }
    }
    return Infinity
  }
}

/** Whether following what is awaited from `wait` leads back to its own task. */
function closesCircle(wait: FutureWait<unknown>, settled: Set<object>): boolean {
  const own = wait.frame?.root
  // A timeout, or another line, of its own may end the wait.
  if (own === undefined || !awaitedBelow(own).includes(wait.future)) return false
  const todo: Future<unknown>[] = [wait.future]
  const seen = new Set<object>()
  let again = false
  for (let future = todo.pop(); future !== undefined; future = todo.pop()) {
    again ||= seen.has(future)
    if (seen.has(future) || settled.has(future) || future.done()) continue
    seen.add(future)
    for (const inner of future[awaits]()) todo.push(inner)
    if (!(future instanceof Task)) continue
    if (future[frameOf] === own) return true
    for (const inner of awaitedBelow(future[frameOf])) todo.push(inner)
  }
  // What was met twice may be a circle of others, which their own waits are still to find.
  if (!again) for (const future of seen) settled.add(future)
  return false
}

/** What a task awaits and cannot do without; nothing while a timeout of its own may end the wait. */
function awaitedBelow(frame: Frame): Future<unknown>[] {
  // Several open lines, as under Promise.race, may go on when one of them does.
  const only: Below | null = frame.first
  if (frame.deadline !== null || only === null || only !== frame.last) return []
  if (only instanceof FutureWait) return [only.future]
  return only instanceof Frame ? awaitedBelow(only) : []
}

function circle(loop: Scheduler): DeadlockError {
  return new DeadlockError(`tasks await each other in a circle, so none can go on:\n${listTasks(loop)}`)
}

/** The tasks of a loop and what each waits for, one a line. */
export function listTasks(loop: Scheduler): string {
  const lines: string[] = []
  for (const { task } of loop.tasks) {
    if (!(task instanceof Task)) continue
    const waits = [...openWaits(task[frameOf])].map((wait) => {
      const { kind, detail } = wait.info()
      return detail === undefined ? kind : `${kind} ${detail}`
    })
    lines.push(`  ${task.getName()} waits for ${waits.length === 0 ? "something foreign" : waits.join(", ")}`)
  }
  return lines.join("\n")
}

/** The waits that are open below a frame. */
export function* openWaits(frame: Frame): Generator<Wait> {
  for (let below = frame.first; below !== null; below = below.after) {
    if (below instanceof Frame) yield* openWaits(below)
    else yield below as Wait // what is no frame is a wait
  }
}

/** Ends every wait of `task` with `error`; a task that awaits something foreign is asked to cancel. */
export function doomWaits(task: Task<unknown>, error: DeadlockError): void {
  const waits = [...openWaits(task[frameOf])]
  for (const wait of waits) doom(wait, error)
  if (waits.length === 0) task.cancel(error.message)
}
