import type { TaskInfo } from "./observer.ts"
import { runningLoops, type Scheduler } from "./scheduler.ts"
import type { Trace } from "./trace.ts"
import { inLine, span } from "./words.ts"

/**
 * One look at a program: what several answers share, so that ten thousand of them cost no more
 * than one walk. Made for a look and dropped after it.
 */
export class Glance {
  readonly #runs = new Map<number, TaskInfo>()
  readonly #looked = new Set<Scheduler>()
  readonly #times = new Map<Scheduler, number>()
  readonly #lines = new Map<object, Map<object, number>>()

  /** The task of a number that is not done, on a loop that runs or on `loop`. */
  task(id: number, loop?: Scheduler): TaskInfo | undefined {
    if (loop !== undefined) this.#look(loop)
    const found = this.#runs.get(id)
    if (found !== undefined) return found
    for (const other of runningLoops) this.#look(other)
    return this.#runs.get(id)
  }

  /** Its name in quotes; undefined for one that is done. */
  nameOf(id: number, loop?: Scheduler): string | undefined {
    const task = this.task(id, loop)
    return task === undefined ? undefined : `'${task.taskName}'`
  }

  /** Who left a trace, in words. */
  who({ by }: Trace, loop: Scheduler | undefined): string {
    return by === 0 ? "code of no task" : (this.nameOf(by, loop) ?? "a task that has ended")
  }

  /** What `loop` says the time is: the same in the whole look. */
  now(loop: Scheduler): number {
    let now = this.#times.get(loop)
    if (now === undefined) this.#times.set(loop, (now = loop.clock.time()))
    return now
  }

  /** How long ago a tick of `loop` was, in words. */
  ago(tick: number, loop: Scheduler | undefined): string {
    return loop === undefined ? "some time" : span(this.now(loop) - loop.timeOf(tick))
  }

  /** The place of `member` in `line`, such as `4th in line`. */
  place(line: Iterable<object>, member: object): string {
    let places = this.#lines.get(line)
    if (places === undefined) {
      places = new Map()
      for (const one of line) places.set(one, places.size + 1)
      this.#lines.set(line, places)
    }
    const place = places.get(member)
    return place === undefined ? "next" : inLine(place)
  }

  #look(loop: Scheduler): void {
    if (this.#looked.has(loop)) return
    this.#looked.add(loop)
    for (const run of loop.tasks as Iterable<object>) {
      const info = run as TaskInfo // what a loop registers is what observers are told of
      this.#runs.set(info.id, info)
    }
  }
}
