/** What tests ask of tasks and time. */
import * as asyncio from "asyncio-ts"

/** The outcome of a future as text: `pending`, `cancelled`, `returned 1`, `failed Error: boom`. */
export function fate(future: asyncio.Future<unknown>): string {
  if (!future.done()) return "pending"
  if (future.cancelled()) return "cancelled"
  const error = future.exception()
  return error === undefined ? `returned ${String(future.result())}` : `failed ${String(error)}`
}

/** The outcomes of several futures. */
export function fates(futures: Iterable<asyncio.Future<unknown>>): string[] {
  return [...futures].map(fate)
}

/** What awaiting `work` throws; fails if it throws nothing. */
export async function thrown(work: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await work
  } catch (error) {
    return error
  }
  throw new Error(`an error was expected, but it gave ${String(value)}`)
}

/** As `thrown`, for an error of a class. */
export async function thrownAs<E>(kind: abstract new (...args: never[]) => E, work: PromiseLike<unknown>): Promise<E> {
  const error = await thrown(work)
  if (error instanceof kind) return error
  throw new Error(`${kind.name} was expected`, { cause: error })
}

/** What calling `fn` throws; fails if it throws nothing. */
export function thrownBy(fn: () => unknown): Error {
  let value: unknown
  try {
    value = fn()
  } catch (error) {
    if (error instanceof Error) return error
    throw new Error("an Error was expected", { cause: error })
  }
  throw new Error(`an error was expected, but it gave ${String(value)}`)
}

/** The loop's clock in whole milliseconds. */
export function now(): number {
  return Math.round(asyncio.getRunningLoop().time() * 1000)
}

/** Lets `n` iterations of the loop pass. */
export async function ticks(n: number): Promise<void> {
  for (let i = 0; i < n; i += 1) await asyncio.sleep(0)
}

/** How many iterations of the loop begin while `body` runs. Time stands still meanwhile. */
export async function ticksOf(body: () => PromiseLike<unknown>): Promise<number> {
  const loop = asyncio.getRunningLoop()
  let count = 0
  const tick = (): void => {
    count += 1
    handle = loop.callSoon(tick)
  }
  let handle = loop.callSoon(tick)
  try {
    await body()
    return count
  } finally {
    handle.cancel()
  }
}

/** The task whose code asks. */
export function me(): asyncio.Task<unknown> {
  const task = asyncio.currentTask()
  if (task === undefined) throw new Error("no task runs this")
  return task
}

/** Clean-up that takes `seconds` when cancelled, then lets the cancellation pass. */
export async function slowToDie(seconds: number, log?: (what: string) => void): Promise<never> {
  try {
    return await new asyncio.Future<never>()
  } finally {
    await asyncio.sleep(seconds)
    log?.("cleaned up")
  }
}

/** Waits for ever, until it is cancelled. */
export const forever = asyncio.coroutine("forever", () => new asyncio.Future<never>())
