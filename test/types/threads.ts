/** Checked by the compiler alone: what runs in threads knows its arguments and results, and so do calls back. */
import * as asyncio from "asyncio-ts"
import { parentLoop, type Executor, type ModuleCalls, type ThreadFuture } from "asyncio-ts/executors"
import { expectType } from "./expect-type.ts"

/** A module, as `typeof import("./cpu.ts")`. */
interface Cpu {
  analyse(data: Float64Array, step?: number): { sum: number }
  load(url: URL): Promise<string[]>
  rows(): Generator<number>
  generic<T>(value: T): T
  over(text: string): string
  over(n: number): number
  default(url: URL): URL
  readonly limit: number
}

declare const loop: asyncio.EventLoop
declare const executor: Executor
declare const cpu: ModuleCalls<Cpu>
declare const user: asyncio.ContextVar<{ name: string }>
declare const depth: asyncio.ContextVar<number | undefined>
const data = new Float64Array(1)

export async function ran(): Promise<void> {
  expectType<asyncio.Coroutine<number>>()(asyncio.toThread((n: number) => n * 2, 5), true)
  expectType<asyncio.Coroutine<string>>()(asyncio.toThread(async (a: number, b: string) => b.repeat(a), 2, "x"), true)
  expectType<asyncio.Coroutine<void>>()(asyncio.toThread(() => undefined as void), true)
  expectType<asyncio.Coroutine<number>>()(asyncio.toThread((...all: number[]) => all.length, 1, 2, 3), true)
  expectType<asyncio.Coroutine<{ sum: number }>>()(asyncio.toThread(cpu.analyse, data), true)
  expectType<asyncio.Coroutine<{ sum: number }>>()(asyncio.toThread(cpu.analyse, data, 2), true)
  expectType<asyncio.Coroutine<string[]>>()(asyncio.toThread(cpu.load, new URL("file:///tea")), true)
  expectType<asyncio.Future<number>>()(loop.runInExecutor(null, (n: number) => n * 2, 5), true)
  expectType<asyncio.Future<string[]>>()(loop.runInExecutor(executor, cpu.load, new URL("file:///tea")), true)
  expectType<number>()(await asyncio.toThread((n: number) => n * 2, 5), true)
  expectType<[number, string]>()(await asyncio.gather([asyncio.toThread(() => 1), asyncio.toThread(() => "x")]), true)
  expectType<asyncio.Coroutine<void>>()(loop.shutdownDefaultExecutor(), true)
  expectType<asyncio.Coroutine<void>>()(loop.shutdownDefaultExecutor(null), true)
}

export async function called(): Promise<void> {
  expectType<asyncio.Coroutine<URL>>()(cpu.default(new URL("file:///tea")), true)
  for await (const row of cpu.rows()) expectType<number>()(row, true)
  // What docs/executors.md says of them.
  expectType<asyncio.Coroutine<unknown>>()(cpu.generic(5), true)
  expectType<asyncio.Coroutine<number>>()(cpu.over(5), true)
  // @ts-expect-error: only the last overload is known
  void cpu.over("tea")
}

export function withOptions(): void {
  expectType<Executor>()(executor.with({ context: [user, depth] }), true)
  expectType<ModuleCalls<Cpu>>()(cpu.with({ context: [depth], errors: [asyncio.TimeoutError, RangeError] }), true)
  // @ts-expect-error: a name is no variable
  void executor.with({ context: ["user"] })
  // @ts-expect-error: what has a name is none either
  void executor.with({ context: [{ name: "user" }] })
}

export function refused(): void {
  // @ts-expect-error: an argument is missing
  void asyncio.toThread((n: number) => n * 2)
  // @ts-expect-error: an argument of another type
  void asyncio.toThread((n: number) => n * 2, "5")
  // @ts-expect-error: one too many
  void asyncio.toThread((n: number) => n * 2, 5, 6)
  // @ts-expect-error: the call has been made: pass the function
  void asyncio.toThread(cpu.analyse(data))
  // @ts-expect-error: an argument of another type
  void asyncio.toThread(cpu.analyse, "data")
  // @ts-expect-error: the executor comes first
  void loop.runInExecutor((n: number) => n, 5)
  // @ts-expect-error: there is no such executor
  loop.setDefaultExecutor("threads")
  // @ts-expect-error: a default executor cannot be taken away
  loop.setDefaultExecutor(null)
  // @ts-expect-error: seconds are a number
  void loop.shutdownDefaultExecutor("5")
}

export async function calledBack(): Promise<void> {
  const there = parentLoop().module<Cpu>("file:///cpu.ts")
  expectType<asyncio.Coroutine<{ sum: number }>>()(there.analyse(data), true)
  expectType<string[]>()(await there.load(new URL("file:///tea")), true)
  const future = asyncio.runCoroutineThreadsafe(there.load(new URL("file:///tea")), parentLoop())
  expectType<ThreadFuture<string[]>>()(future, true)
  expectType<string[]>()(future.result(), true)
  expectType<string[]>()(future.result(5), true)
  expectType<unknown>()(future.exception(0.5), true)
  expectType<string[]>()(await future, true)
  const asFuture: asyncio.Future<string[]> = future
  expectType<asyncio.Future<string[]>>()(asyncio.wrapFuture(asFuture), true)
  expectType<asyncio.Task<number>>()(asyncio.runCoroutineThreadsafe(async () => 5, loop), true)
  // @ts-expect-error: no function of this thread can run in another
  void asyncio.runCoroutineThreadsafe(() => 5, parentLoop())
  // @ts-expect-error: only functions are called
  there.limit()
  // @ts-expect-error: an argument of another type
  void there.analyse("data")
}
