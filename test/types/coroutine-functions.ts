/** Checked by the compiler alone: defaults, `this` and overloads of what coroutine functions are made of. */
import * as asyncio from "asyncio-ts"
import { expectType } from "./expect-type.ts"

export async function defaults(): Promise<void> {
  const brew = asyncio.coroutine(async (kind = "chai", { cups = 1 } = {}, ...guests: Date[]) => [kind.length, cups.toFixed(), guests] as const)
  const named = asyncio.coroutine("named", async function (at = new Date()) {
    return at
  })
  const generic = asyncio.coroutine(async <T>(value: T, times = 2): Promise<T[]> => Array.from({ length: times }, () => value))
  const [length, text, guests] = await brew("chai", { cups: 2 }, new Date())
  expectType<number>()(length, true)
  expectType<string>()(text, true)
  expectType<Date[]>()(guests, true)
  expectType<(at?: Date) => asyncio.Coroutine<Date>>()(named, true)
  expectType<string[]>()(await generic(["x"].join()), true)
  // @ts-expect-error: a kind is a string
  void brew(5)
  // @ts-expect-error: nothing says what value is
  asyncio.coroutine(async (value) => value)
}

class Kitchen {
  readonly heat = 5
  readonly brew = asyncio.coroutine(async function (this: Kitchen, cups: number) {
    return this.heat * cups
  })
  readonly pair = asyncio.coroutine("pair", async function <T>(this: Kitchen, value: T): Promise<[number, T]> {
    return [this.heat, value]
  })
}

export async function methods(): Promise<void> {
  const kitchen = new Kitchen()
  expectType<number>()(await kitchen.brew(5), true)
  expectType<[number, Date]>()(await kitchen.pair(new Date()), true)
  const { brew, pair } = kitchen
  // @ts-expect-error: without its kitchen
  void brew(5)
  // A generic function loses its this: TypeScript carries over its type parameters alone.
  void pair(5)
  void brew.call(kitchen, 5)
}

declare function load(id: number): Promise<Date>
declare function load(name: string, strict?: boolean): Promise<URL>
declare function load(this: void, all: true): string
declare function many(is: 1): Promise<"1">
declare function many(is: 2): Promise<"2">
declare function many(is: 3): Promise<"3">
declare function many(is: 4): Promise<"4">
declare function many(is: 5): Promise<"5">

export async function overloads(): Promise<void> {
  const loads = asyncio.coroutine(load)
  expectType<Date>()(await loads(5), true)
  expectType<URL>()(await loads("x", true), true)
  expectType<string>()(await loads(true), true)
  // @ts-expect-error: there is no such way to call it
  void loads(new Date())
  const fourOfFive = asyncio.coroutine("many", many)
  expectType<"2">()(await fourOfFive(2), true)
  expectType<"5">()(await fourOfFive(5), true)
  // @ts-expect-error: of more than four ways the last four are kept
  void fourOfFive(1)
}

/** A function may be wrapped whose arguments are not known yet. */
export function wrapped<A extends unknown[], R>(fn: (...args: A) => Promise<R>): (...args: A) => asyncio.Coroutine<Awaited<R>> {
  return asyncio.coroutine(async (...args: A) => fn(...args))
}

export async function wrappers(): Promise<void> {
  const wrap = wrapped(async (id: number) => id)
  expectType<number>()(await wrap(5), true)
  const direct = <A extends unknown[], R>(fn: (...args: A) => Promise<R>): ((...args: A) => asyncio.Coroutine<Awaited<R>>) => asyncio.coroutine(fn)
  expectType<string>()(await direct(async (name: string) => name)("x"), true)
}

export async function constants(task: asyncio.Task<number>): Promise<void> {
  const first = { returnWhen: asyncio.FIRST_COMPLETED }
  await asyncio.wait([task], first)
}
