/** Jobs that call the program back. */
import { threadId } from "node:worker_threads"
import * as asyncio from "asyncio-ts"
import { parentLoop, type ParentModule } from "asyncio-ts/executors"
import type * as Store from "./store.ts"

type Calls = ParentModule<typeof Store>

const address = new URL("./store.ts", import.meta.url)

function store(): Calls {
  return parentLoop().module<typeof Store>(address)
}

export async function noteAll(...what: string[]): Promise<number[]> {
  const { note } = store()
  const lengths: number[] = []
  for (const one of what) lengths.push(await note(one))
  return lengths
}

/** Asks for each number, awaiting or blocking by turns; the sum of what came back. */
export async function sumOf(numbers: number[], turns: number): Promise<number> {
  const { echo } = store()
  let sum = 0
  for (const n of numbers) {
    if (n % 3 === 0) sum += asyncio.runCoroutineThreadsafe(echo(n, turns), parentLoop()).result(10)
    else sum += await echo(n, turns)
  }
  return sum + (await asyncio.gather(numbers.map((n) => echo(-n, turns)))).reduce((all, n) => all + n, 0)
}

export function noteBlocking(what: string): number {
  return asyncio.runCoroutineThreadsafe(store().note(what), parentLoop()).result(5)
}

export async function whereItRuns(): Promise<{ here: number; there: ReturnType<typeof Store.where> }> {
  return { here: threadId, there: await store().where() }
}

export async function changeUser(name: string): Promise<string> {
  await store().changeUser(name)
  return (await store().where()).user
}

export async function awaitNap(seconds: number): Promise<string> {
  return store().nap(seconds)
}

export function blockOnNap(seconds: number, timeout?: number): string {
  return asyncio.runCoroutineThreadsafe(store().nap(seconds), parentLoop()).result(timeout)
}

export async function napAtMost(seconds: number, limit: number): Promise<string> {
  return asyncio.waitFor(store().nap(seconds), limit)
}

/** Asks for a nap, gives up, and says how the future stands. */
export async function cancelNap(): Promise<[cancelled: boolean, done: boolean, again: boolean, running: boolean, error: string]> {
  const future = asyncio.runCoroutineThreadsafe(store().nap(60), parentLoop())
  const running = future.running()
  // The call has begun there once another has been answered.
  await store().note("asked")
  const again = future.cancel("no longer") && !future.cancel()
  return [future.cancelled(), future.done(), again, running, await future.catch((error: Error) => `${error.name} ${error.message}`)]
}

/** Gives up a nap, and goes on itself. */
export async function cancelNapAndStay(): Promise<void> {
  const future = asyncio.runCoroutineThreadsafe(store().nap(60), parentLoop())
  // The call has begun there once another has been answered.
  await store().note("asked")
  future.cancel("no longer")
  await asyncio.sleep(60)
}

export async function failThere(): Promise<unknown[]> {
  const awaited: unknown = await store().fail("awaited").catch((error: unknown) => error)
  const future = asyncio.runCoroutineThreadsafe(store().fail("blocked"), parentLoop())
  const failure = future.exception(5)
  let thrown: unknown
  try {
    future.result()
  } catch (error) {
    thrown = error
  }
  return [awaited instanceof asyncio.BrokenPipeError, (awaited as Error).message, failure instanceof asyncio.ConnectionError, thrown === failure, (failure as { code: string }).code]
}

export async function endedThere(): Promise<unknown[]> {
  const future = asyncio.runCoroutineThreadsafe(store().endItself(), parentLoop())
  const error: unknown = await future.catch((caught: unknown) => caught)
  let thrown: unknown
  try {
    future.exception()
  } catch (again) {
    thrown = again
  }
  return [future.cancelled(), error instanceof asyncio.CancelledError, thrown instanceof asyncio.CancelledError]
}

/** How the methods of a future answer before and after its outcome. */
export async function lookAtFuture(): Promise<unknown[]> {
  const call = store().note("looked at")
  const future = asyncio.runCoroutineThreadsafe(call, parentLoop())
  const seen: unknown[] = [String(future).split(" ")[0], asyncio.isFuture(future), asyncio.wrapFuture(future) === future, future.running(), future.done()]
  const callback = Promise.withResolvers<boolean>()
  future.addDoneCallback((done) => callback.resolve(done === future))
  seen.push(await callback.promise, future.running(), future.done(), future.cancel(), typeof (await future), (await call) === future.result())
  seen.push(await asyncio.gather([future, asyncio.sleep(0, "gathered")]).then(([, second]) => second))
  return seen
}

/** Each misuse, and what comes of it. */
export async function misuse(): Promise<string[]> {
  const loop = parentLoop()
  const said = (work: () => unknown): string => {
    try {
      work()
      return "nothing"
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`
    }
  }
  const later = async (work: () => PromiseLike<unknown>): Promise<string> => {
    try {
      await work()
      return "nothing"
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`
    }
  }
  const calls = store()
  const own = asyncio.coroutine("own", async () => 1)
  const used = calls.note("used")
  await used
  const unknown = loop.module<{ missing(): void; notFunction(): void }>(address)
  const mine = own()
  const results = [
    said(() => asyncio.runCoroutineThreadsafe(mine, loop)),
    said(() => asyncio.runCoroutineThreadsafe((() => 1) as never, loop)),
    said(() => asyncio.runCoroutineThreadsafe(used, loop)),
    said(() => loop.module("./store.ts")),
    said(() => loop.module(new URL("./nowhere.ts", import.meta.url))),
    said(() => asyncio.runCoroutineThreadsafe(calls.note((() => 1) as never), loop)),
    await later(() => calls.note({ deep: [Symbol("x")] } as never)),
    await later(() => calls.uncloneable()),
    await later(() => calls.items()),
    await later(() => unknown.missing()),
    await later(() => unknown.notFunction()),
    said(() => asyncio.runCoroutineThreadsafe(calls.nap(60), loop).result(Number.NaN)),
    String(loop),
  ]
  await mine
  return results
}

let late: asyncio.EventLoop | undefined
const kept: { loop?: ReturnType<typeof parentLoop>; future?: asyncio.Future<unknown> & { result(timeout?: number): unknown } } = {}

/** Leaves a handle and an open call behind for the next job of this thread. */
export async function leaveBehind(): Promise<void> {
  late = asyncio.getRunningLoop()
  kept.loop = parentLoop()
  kept.future = asyncio.runCoroutineThreadsafe(store().nap(60), kept.loop)
  // The call has begun there once another has been answered.
  await store().note("left")
}

export async function leaveStubborn(): Promise<void> {
  void asyncio.runCoroutineThreadsafe(store().stubborn(), parentLoop())
  // The call has begun there once another has been answered.
  await store().note("asked")
}

export async function useLeftBehind(): Promise<string[]> {
  const { loop, future } = kept
  if (loop === undefined || future === undefined || late !== asyncio.getRunningLoop()) return ["another thread"]
  const error = await loop.module<typeof Store>(address).note("late").catch((caught: Error) => caught.message)
  let blocked = ""
  try {
    future.result(5)
  } catch (caught) {
    blocked = (caught as Error).name
  }
  return [String(error), blocked]
}

export function dieWhileTheParentNaps(): void {
  void asyncio.runCoroutineThreadsafe(store().nap(60), parentLoop())
  asyncio.runCoroutineThreadsafe(store().note("about to die"), parentLoop()).result(5)
  process.exit(3)
}
