import { requestBy } from "../core/ambient.ts"
import { cancelFor, Relay, returnWith, type Future } from "../core/future.ts"
import { createTask, getRunningLoop } from "../core/running.ts"
import type { Task } from "../core/task.ts"
import { WatchingFuture } from "../core/watching-future.ts"

/**
 * One run of a function that several tasks wait for.
 *
 * It is cancelled when the last of them is, so it never outlives those who want it.
 */
export class SharedRun<T> {
  /** Nobody wants it any more. */
  abandoned = false
  readonly #task: Task<Awaited<T>>
  #wanted = 0

  constructor(name: string, work: () => T | PromiseLike<T>) {
    this.#task = createTask(work, { name })
  }

  get done(): boolean {
    return this.#task.done()
  }

  /** Waits for its end; gives its value. */
  async join(): Promise<Awaited<T>> {
    this.#wanted += 1
    try {
      await ended(this.#task)
    } catch (error) {
      if (this.#wanted === 1 && !this.#task.done()) {
        this.abandoned = true
        this.#task[cancelFor](requestBy(undefined))
        await ended(this.#task)
      }
      throw error
    } finally {
      this.#wanted -= 1
    }
    return this.#task.result()
  }
}

// Not by awaiting the task itself: who is cancelled must not cancel it for the others.
async function ended(task: Future<unknown>): Promise<void> {
  const end = new WatchingFuture(getRunningLoop(), "a shared run", () => [task])
  const relay = new Relay(task, () => {
    if (!end.done()) end[returnWith]()
  })
  try {
    await end
  } finally {
    relay.stop()
  }
}
