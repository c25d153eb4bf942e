import { BodyCoroutine } from "../core/body-coroutine.ts"
import { close, Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { Future } from "../core/future.ts"
import { ensureFuture, type AwaitableValue } from "../core/running.ts"
import type { Startable } from "../core/task.ts"
import type { Held } from "../sync/held.ts"
import { Semaphore } from "../sync/semaphore.ts"

/** Work that holds a permit while it runs; it is closed with the work when it never does. */
class Permitted<T> extends BodyCoroutine<T> {
  readonly #work: Startable<T>

  constructor(permits: Semaphore, work: Startable<T>) {
    super(work.name, runWithPermit<T>, undefined, [permits, work])
    this.#work = work
  }

  override [close](): void {
    discard(this.#work)
    super[close]()
  }
}

async function runWithPermit<T>(permits: Semaphore, work: Startable<T>): Promise<T> {
  let held: Held
  try {
    held = await permits.acquire()
  } catch (error) {
    discard(work)
    throw error
  }
  try {
    return await (typeof work === "function" ? work() : work)
  } finally {
    held.release()
  }
}

/** Work that will not run is not work that somebody forgot to await. */
function discard(work: Startable<unknown>): void {
  if (work instanceof Coroutine && work.unstarted) work[close]()
}

/**
 * Wraps work so that it holds one of the permits while it runs; its name stays. What cannot
 * be started is given back as it is, for whoever starts it to refuse.
 */
export function withPermit<T>(permits: Semaphore, work: Startable<T>): Startable<T> {
  const startable = work instanceof Coroutine ? work.unstarted : typeof work === "function"
  return startable ? new Permitted(permits, work) : work
}

/** Starts coroutines and functions as tasks of which at most `limit` run at a time. */
export function limited(limit: number): (work: AwaitableValue<unknown>, loop?: EventLoop) => Future<unknown> {
  const permits = new Semaphore(limit)
  // What is neither a coroutine nor a function passes through, and is not limited.
  return (work, loop) => ensureFuture(withPermit(permits, work as Startable<unknown>), loop)
}
