/** Checked by the compiler alone: what `map` gives is what the function's results are. */
import type { Executor } from "#src/executors/executor.ts"
import type { ModuleCalls } from "#src/executors/module-calls.ts"
import { expectType } from "./expect-type.ts"

declare const pool: Executor
declare const calls: ModuleCalls<{
  double(n: number): number
  load(url: URL): Promise<string>
  any(...names: string[]): boolean
  readonly VERSION: string
}>
declare const urls: AsyncIterable<URL>

export function results(): void {
  expectType<AsyncGenerator<number, void, undefined>>()(pool.map((n: number) => n * 2, [1, 2]), true)
  expectType<AsyncGenerator<string, void, undefined>>()(pool.map(async (n: number) => `${n}`, new Set([1])), true)
  expectType<AsyncGenerator<number, void, undefined>>()(pool.map(calls.double, [1]), true)
  expectType<AsyncGenerator<string, void, undefined>>()(pool.map(calls.load, urls, { ordered: false, chunkSize: 1, inFlight: 8 }), true)
  expectType<AsyncGenerator<boolean, void, undefined>>()(pool.with({ retries: 1 }).map(calls.any, "abc"), true)
  expectType<AsyncGenerator<string, void, undefined>>()(pool.map(([key]: readonly [string, number]) => key, new Map<string, number>()), true)
}

export async function items(): Promise<void> {
  for await (const text of pool.map(calls.load, urls)) expectType<string>()(text, true)
  for await (const n of pool.map((n) => n + 1, [1, 2])) expectType<number>()(n, true)
}

export function refused(): void {
  // @ts-expect-error: the items are no numbers
  void pool.map(calls.double, ["a"])
  // @ts-expect-error: nothing to iterate over
  void pool.map(calls.double, 5)
  // @ts-expect-error: a coroutine that gives a list is none yet
  void pool.map(calls.double, Promise.resolve([1]))
  // @ts-expect-error: not a function
  void pool.map(calls.VERSION, [1])
  // @ts-expect-error: no such option
  void pool.map(calls.double, [1], { chunksize: 4 })
}
