/** Runs programs and collects what they told nobody. */
import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { runningLoops } from "#src/core/scheduler.ts"

export interface Watched<T> {
  readonly value: T
  /** What reached the loop's exception handler, in order. */
  readonly reports: asyncio.ExceptionContext[]
  readonly messages: string[]
}

/** A test that would hang fails instead, while the host has something to live for. */
export const PATIENCE_MS = 60_000

/** Settles as `promise` does, or rejects when that takes too long to be anything but a hang. */
export async function soon<T>(promise: PromiseLike<T>, what = "the program"): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Runs `main` on virtual time; gives its value and what reached the exception handler. */
export async function watched<T>(
  main: (clock: VirtualClock) => Promise<T>,
  options: { debug?: boolean } = {},
): Promise<Watched<T>> {
  const reports: asyncio.ExceptionContext[] = []
  const clock = new VirtualClock()
  const program = (): Promise<T> => {
    asyncio.getRunningLoop().setExceptionHandler((_loop, context) => {
      reports.push(context)
    })
    return main(clock)
  }
  const value = (await soon(runVirtual(program, { clock, ...options }))) as T // an async function's value is no promise
  return { value, reports, messages: reports.map((report) => report.message) }
}

/** The same on the system's clock, for what has to do with the host's own time. */
export async function watchedReal<T>(main: () => Promise<T>): Promise<Watched<T>> {
  const reports: asyncio.ExceptionContext[] = []
  const program = (): Promise<T> => {
    asyncio.getRunningLoop().setExceptionHandler((_loop, context) => {
      reports.push(context)
    })
    return main()
  }
  const value = (await soon(asyncio.run(program))) as T // an async function's value is no promise
  return { value, reports, messages: reports.map((report) => report.message) }
}

/** What `promise` rejects with; fails if it does not. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
    throw new Error(`rejected with ${String(error)}, which is no Error`, { cause: error })
  }
  throw new Error("did not reject")
}

/** What calling `attempt` throws; fails if it does not. */
export function thrownBy(attempt: () => unknown): Error {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Error) return error
    throw new Error(`threw ${String(error)}, which is no Error`, { cause: error })
  }
  throw new Error("did not throw")
}

/** Resolves after the host has served what is due: a task that awaits it awaits something foreign. */
export function hostTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** Some turns of the host at which no loop has anything to do, so that whatever is on its way from one loop to another arrives. */
export async function hostTurns(count: number): Promise<void> {
  // A loop that has been interrupted for long lets the host round in the midst of what it does.
  for (let calm = 0; calm < count + 2; calm = [...runningLoops].every((loop) => loop.idle) ? calm + 1 : 0) await hostTurn()
}

/** A promise that nobody will ever settle. */
export function never(): Promise<never> {
  return new Promise(() => undefined)
}

/** The seconds on the running loop's clock. */
export function now(): number {
  return asyncio.getRunningLoop().time()
}
