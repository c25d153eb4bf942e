/** Checked by the compiler alone: what combinators give, and what they refuse. */
import * as asyncio from "asyncio-ts"
import { expectType } from "./expect-type.ts"

declare const text: asyncio.Coroutine<string>
declare const count: asyncio.Task<number>
declare const flag: asyncio.Future<boolean>
declare const promise: Promise<Date>
declare const maybe: boolean
const load = async (): Promise<URL> => new URL("http://localhost")

export async function gatherGivesTuples(): Promise<void> {
  expectType<[string, number, boolean, Date, URL]>()(await asyncio.gather([text, count, flag, promise, load]), true)
  expectType<[]>()(await asyncio.gather([]), true)

  const [name, size] = await asyncio.gather([text, count])
  name.toUpperCase()
  size.toFixed()
  // @ts-expect-error: there are two results
  const [, , third] = await asyncio.gather([text, count])
  void third

  expectType<[string | Error, number | Error]>()(await asyncio.gather([text, count], { returnExceptions: true }), true)
  expectType<[string]>()(await asyncio.gather([text], { returnExceptions: false, limit: 2 }), true)
  // Whether errors come as results is known only at run time.
  expectType<[string | Error]>()(await asyncio.gather([text], { returnExceptions: maybe }), true)
}

export async function gatherOfAnIterableGivesAList(): Promise<void> {
  expectType<string[]>()(await asyncio.gather(["a", "b"].map((id) => asyncio.sleep(1, id))), true)
  expectType<number[]>()(await asyncio.gather(new Set([count])), true)
  expectType<(number | Error)[]>()(await asyncio.gather(new Set([count]), { returnExceptions: true }), true)
  expectType<(string | number)[]>()(await asyncio.gather(new Set<typeof text | typeof count>()), true)
}

export function gatherRefuses(): void {
  // @ts-expect-error: arguments are put in a list
  void asyncio.gather(text, count)
  // @ts-expect-error: a number cannot be awaited
  void asyncio.gather([5])
  // @ts-expect-error: a function with arguments cannot be called without
  void asyncio.gather([(id: number) => asyncio.sleep(id)])
  // @ts-expect-error: snake case is Python's
  void asyncio.gather([text], { return_exceptions: true })
  // @ts-expect-error: a limit is a number
  void asyncio.gather([text], { limit: "2" })
}

export async function waiting(): Promise<void> {
  expectType<[done: Set<asyncio.Task<number>>, pending: Set<asyncio.Task<number>>]>()(await asyncio.wait([count]), true)
  const [done] = await asyncio.wait([count, flag], { timeout: null, returnWhen: asyncio.FIRST_COMPLETED })
  for (const future of done) expectType<number | boolean>()(future.result(), true)
  // @ts-expect-error: coroutines are made tasks first
  await asyncio.wait([text])
  // @ts-expect-error: promises are wrapped first
  await asyncio.wait([promise])
  // @ts-expect-error: one of three constants
  await asyncio.wait([count], { returnWhen: "FIRST" })
  // @ts-expect-error: a list of futures
  await asyncio.wait(count)
}

export async function completing(): Promise<void> {
  for (const next of asyncio.asCompleted([text, load])) expectType<string | URL>()(await next, true)
  const names = new Map([[count, "count"]])
  for await (const task of asyncio.asCompleted([count])) {
    names.get(task)?.toUpperCase()
    expectType<number>()(task.result(), true)
  }
  for await (const future of asyncio.asCompleted([text, count, load], { timeout: 1, limit: 2 })) {
    expectType<string | number | URL>()(future.result(), true)
    // @ts-expect-error: it is the future, not its result
    future.toUpperCase()
  }
  // @ts-expect-error: a list of awaitables
  asyncio.asCompleted(text)
}

export async function single(): Promise<void> {
  expectType<void>()(await asyncio.sleep(1), true)
  expectType<string>()(await asyncio.sleep(1, "result"), true)
  expectType<string>()(await asyncio.shield(text), true)
  expectType<URL>()(await asyncio.shield(load), true)
  expectType<Date>()(await asyncio.waitFor(promise, 1), true)
  expectType<URL>()(await asyncio.waitFor(load, null, { signal: new AbortController().signal }), true)
  expectType<Date>()(await asyncio.settled(promise), true)
  // @ts-expect-error: seconds are a number
  void asyncio.sleep("1")
  // @ts-expect-error: a limit, or null for none
  void asyncio.waitFor(text)
  // @ts-expect-error: a number cannot be awaited
  void asyncio.waitFor(5, 1)
  // @ts-expect-error: a number cannot be shielded
  void asyncio.shield(5)
}

export async function racing(): Promise<void> {
  const [result, index, exceptions] = await asyncio.staggeredRace([load, load], 0.25)
  expectType<URL | undefined>()(result, true)
  expectType<number | null>()(index, true)
  expectType<unknown[]>()(exceptions, true)
  // @ts-expect-error: functions, which make the work when its turn comes
  await asyncio.staggeredRace([text], null)
}
