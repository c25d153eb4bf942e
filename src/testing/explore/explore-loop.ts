import type { Clock } from "../../core/clock.ts"
import { EventLoop } from "../../core/event-loop.ts"
import type { Callback, TimerHandle } from "../../core/handle.ts"
import type { ReadyQueue } from "../../core/scheduler.ts"
import type { Startable, Task, TaskOptions } from "../../core/task.ts"
import type { Choices } from "./choices.ts"

/** How late a timer may be: not at all, half of the jitter, all of it. */
const LATE = [0, 0.5, 1] as const

/** What a run tells whoever writes its story. */
export interface LoopOwner {
  readonly jitter: number
  /** Something did not go as it usually would. */
  chosen?(what: string): void
}

/** The loop of an explored run. */
export class ExploreLoop extends EventLoop {
  readonly #choices: Choices
  readonly #owner: LoopOwner
  #tasks = 0

  constructor(clock: Clock, ready: ReadyQueue, choices: Choices, owner: LoopOwner) {
    super({ clock }, ready)
    this.#choices = choices
    this.#owner = owner
    const chores = this.chores.splice(0)
    // Otherwise also whenever the host is let round, which depends on how fast it is.
    this.chores.push((now) => (this.idle ? Math.min(...chores.map((look) => look(now))) : Infinity))
  }

  /** A choice of the program's own. */
  choose(count: number, label: string): number {
    if (this.dead) return 0
    const value = this.#choices.choose("program", count)
    if (value > 0) this.#owner.chosen?.(count === 2 ? label : `${label}: ${value}`)
    return value
  }

  // Their own numbers count all tasks of the process, so they would differ from run to run.
  override createTask<T>(work: Startable<T>, options: Omit<TaskOptions, "loop"> = {}): Task<T> {
    this.#tasks += 1
    return super.createTask(work, options.name === undefined ? { ...options, name: `Task-${this.#tasks}` } : options)
  }

  /** A timer is never early, and late by at most the jitter. */
  override scheduleAt(when: number, callback: Callback): TimerHandle {
    const { jitter } = this.#owner
    if (jitter === 0) return super.scheduleAt(when, callback)
    const value = this.#choices.choose("late", LATE.length)
    const late = (LATE[value] ?? 0) * jitter
    if (late > 0) this.#owner.chosen?.(`its timer is ${late} s late`)
    return super.scheduleAt(when + late, callback)
  }
}
