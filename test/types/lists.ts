/** Checked by the compiler alone: what is made of several keeps the type of each. */
import * as asyncio from "asyncio-ts"
import { expectType } from "./expect-type.ts"

declare const text: asyncio.Coroutine<string>
declare const count: asyncio.Task<number>
declare const flag: asyncio.Future<boolean>
declare const promise: Promise<Date>
declare const tasks: readonly asyncio.Task<number>[]
declare const pair: readonly [asyncio.Coroutine<string>, asyncio.Task<number>]
declare const rest: [asyncio.Coroutine<string>, ...asyncio.Task<number>[]]
declare const optional: asyncio.Coroutine<{ at?: Date } | null>
const load = async (): Promise<URL> => new URL("http://localhost")

export async function tuples(): Promise<void> {
  expectType<asyncio.Future<[string, number]>>()(asyncio.gather([text, count]), true)
  expectType<[string, number]>()(await asyncio.gather([text, count] as const), true)
  expectType<[string, number]>()(await asyncio.gather(pair), true)
  expectType<[string, ...number[]]>()(await asyncio.gather(rest), true)
  expectType<[...number[], string]>()(await asyncio.gather([...tasks, text]), true)
  expectType<[[string, number], Date]>()(await asyncio.gather([asyncio.gather([text, count]), promise]), true)
  expectType<[number, string, URL, Date, boolean]>()(await asyncio.gather([() => 5, () => text, load, () => promise, async () => flag]), true)
  const [, at] = await asyncio.gather([text, optional])
  expectType<number | undefined>()(at?.at?.getTime(), true)
}

export async function lists(): Promise<void> {
  expectType<number[]>()(await asyncio.gather(tasks), true)
  expectType<string[]>()(await asyncio.gather(["a", "b"].map((id) => async () => id)), true)
  expectType<Date[]>()(await asyncio.gather(Array.from({ length: 2 }, () => promise)), true)
  expectType<(string | number)[]>()(await asyncio.gather([] as (typeof text | typeof count)[]), true)
  function* several(): Generator<asyncio.Task<number> | (() => Promise<URL>)> {
    yield count
    yield load
  }
  expectType<(number | URL)[]>()(await asyncio.gather(several()), true)
  expectType<number[]>()(await asyncio.gather(new Map([["count", count]]).values()), true)
  // @ts-expect-error: an iterable of numbers
  void asyncio.gather([1, 2].values())
}

export async function errorsAsResults(): Promise<void> {
  const options = { returnExceptions: true } as const
  expectType<[string | Error, number | Error]>()(await asyncio.gather(pair, options), true)
  expectType<(number | Error)[]>()(await asyncio.gather(tasks, options), true)
  expectType<[...(number | Error)[], string | Error]>()(await asyncio.gather([...tasks, text], options), true)
  expectType<[]>()(await asyncio.gather([], options), true)
  for (const result of await asyncio.gather(pair, options)) {
    if (result instanceof Error) expectType<string>()(result.message, true)
    else expectType<string | number>()(result, true)
  }
  const [name] = await asyncio.gather(pair, options)
  // @ts-expect-error: it may be an error
  name.toUpperCase()
  // Without the option, or with false, errors are thrown.
  expectType<[string, number]>()(await asyncio.gather(pair, { returnExceptions: false }), true)
  expectType<number[]>()(await asyncio.gather(tasks, { limit: 2 }), true)
}

export async function waited(): Promise<void> {
  type Sets<F> = [done: Set<F>, pending: Set<F>]
  expectType<Sets<asyncio.Task<number>>>()(await asyncio.wait(tasks), true)
  expectType<Sets<asyncio.Task<number> | asyncio.Future<boolean>>>()(await asyncio.wait(new Set([count, flag])), true)
  const [done, pending] = await asyncio.wait([count], { timeout: 1, returnWhen: "FIRST_EXCEPTION" })
  for (const task of done) expectType<number>()(task.result(), true)
  // What is pending can go straight into the next wait.
  expectType<Sets<asyncio.Task<number>>>()(await asyncio.wait(pending), true)
  for (const task of pending) expectType<boolean>()(task.cancel(), true)
}

export async function completed(): Promise<void> {
  for await (const task of asyncio.asCompleted(tasks)) {
    expectType<number>()(task.result(), true)
    const same: asyncio.Task<number> | undefined = tasks.find((one) => one === task)
    expectType<string | undefined>()(same?.getName(), true)
    expectType<string>()(task.getName(), true)
  }
  for (const next of asyncio.asCompleted(pair)) {
    expectType<asyncio.Coroutine<string | number>>()(next, true)
    expectType<string | number>()(await next, true)
  }
  for await (const future of asyncio.asCompleted([load, promise])) {
    expectType<URL | Date>()(future.result(), true)
    // @ts-expect-error: made of a function or a promise it has no name for sure
    future.getName()
  }
}

export async function compared(): Promise<void> {
  interface Job {
    readonly priority: number
  }
  const byPriority = { compare: (a: Job, b: Job) => a.priority - b.priority }
  const jobs = new asyncio.PriorityQueue<Job>(5, byPriority)
  const inferred = new asyncio.PriorityQueue(0, byPriority)
  expectType<asyncio.PriorityQueue<Job>>()(inferred, true)
  expectType<Job>()(await jobs.get(), true)
  for await (const job of jobs) expectType<number>()(job.priority, true)
  const some: asyncio.Queue<Job> = jobs
  await some.put({ priority: 1 })
  // @ts-expect-error: no job
  await jobs.put(1)
  // @ts-expect-error: a comparison gives a number
  new asyncio.PriorityQueue<Job>(0, { compare: (a, b) => a.priority < b.priority })
  // @ts-expect-error: a size is a number
  new asyncio.Queue<Job>("5")
  const unions = new asyncio.Queue<{ kind: "item"; value: string } | { kind: "end" }>()
  const next = await unions.get()
  expectType<string | undefined>()(next.kind === "item" ? next.value : undefined, true)
}
