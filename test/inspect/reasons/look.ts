/** What a look at a task finds. */
import * as asyncio from "asyncio-ts"
import { awaitLines } from "#src/core/await-lines.ts"
import { Frame } from "#src/core/frame.ts"
import { Glance } from "#src/core/glance.ts"
import type { WaitReason } from "#src/core/observer.ts"
import { placeOfLine, type LinePlace } from "#src/core/place-of-line.ts"
import { frameOf, type Task } from "#src/core/task.ts"
import { foreignReason, reasonOf } from "#src/core/wait-reason.ts"
import type { Wait } from "#src/core/wait.ts"

/** One line of a task. */
export interface Found {
  readonly reason: WaitReason
  /** Where its coroutines stand, innermost first, as far as anybody knows. */
  readonly places: readonly LinePlace[]
}

/** Why each line of `task` waits. */
export function look(task: Task<unknown>): Found[] {
  const glance = new Glance()
  const found: Found[] = []
  const walk = (frame: Frame, outer: readonly LinePlace[]): void => {
    if (frame.first === null) {
      const reason = foreignReason(frame, glance)
      const place = placeOfLine(frame, null)
      if (reason !== undefined) found.push({ reason, places: place === undefined ? outer : [place, ...outer] })
    }
    for (let below = frame.first; below !== null; below = below.after) {
      const place = placeOfLine(frame, below)
      const places = place === undefined ? outer : [place, ...outer]
      if (below instanceof Frame) walk(below, places)
      else found.push({ reason: reasonOf(below as Wait, glance), places }) // what is no frame is a wait
    }
  }
  walk(task[frameOf], [])
  return found
}

/** A task that awaits `wait`, and has come to rest; every line of it is taken. */
export function parked(wait: () => PromiseLike<unknown>, name = "waiter"): Task<unknown> {
  awaitLines.left = 1
  return asyncio.createTask(async () => {
    await wait()
  }, { name }) // prettier-ignore
}
