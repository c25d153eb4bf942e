import { Coroutine } from "../core/coroutine.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { Future } from "../core/future.ts"
import { ensureFuture, type AwaitableValue } from "../core/running.ts"
import type { Startable } from "../core/task.ts"
import { Semaphore } from "../sync/semaphore.ts"

/** Wraps work so that it holds one of the permits while it runs; its name stays. */
export function withPermit<T>(permits: Semaphore, work: Startable<T>): BodyCoroutine<T> {
  const run = async (): Promise<T> => {
    const held = await permits.acquire()
    try {
      return await (typeof work === "function" ? work() : work)
    } finally {
      held.release()
    }
  }
  return new BodyCoroutine(work.name, run, undefined, [])
}

/** Starts coroutines and functions as tasks of which at most `limit` run at a time. */
export function limited(limit: number): (work: AwaitableValue<unknown>, loop?: EventLoop) => Future<unknown> {
  const permits = new Semaphore(limit)
  return (work, loop) => {
    if (work instanceof Coroutine || typeof work === "function") {
      return ensureFuture(withPermit(permits, work as Startable<unknown>), loop)
    }
    return ensureFuture(work, loop)
  }
}
