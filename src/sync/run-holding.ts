import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"

/** What is acquired before a body and released after it. */
export interface Acquirable {
  acquire(): PromiseLike<unknown>
  release(): void
}

/** Runs `body` between `acquire` and `release`, whatever becomes of it. */
export function runHolding<T>(name: string, what: Acquirable, body: () => T | PromiseLike<T>): Coroutine<Awaited<T>> {
  const run = async (): Promise<Awaited<T>> => {
    await what.acquire()
    try {
      return await body()
    } finally {
      what.release()
    }
  }
  return new BodyCoroutine<Awaited<T>>(name, run)
}
