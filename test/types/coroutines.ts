/** Checked by the compiler alone: coroutine functions keep the types of what they are made of. */
import * as asyncio from "asyncio-ts"
import { expectType } from "./expect-type.ts"

declare const promise: Promise<Date>
declare const maybe: asyncio.Coroutine<string> | undefined

export async function argumentsAndResults(): Promise<void> {
  const brew = asyncio.coroutine(async (kind: string, cups?: number, ...guests: Date[]) => ({ kind, cups, guests }))
  const named = asyncio.coroutine("brew", async (kind: string) => kind)
  type Tea = { kind: string; cups: number | undefined; guests: Date[] }
  expectType<(kind: string, cups?: number, ...guests: Date[]) => asyncio.Coroutine<Tea>>()(brew, true)
  expectType<(kind: string) => asyncio.Coroutine<string>>()(named, true)
  expectType<string>()((await brew("chai", 2, new Date())).kind, true)
  // @ts-expect-error: a kind is needed
  void brew()
  // @ts-expect-error: cups are a number
  void brew("chai", "2")
  // @ts-expect-error: guests are dates
  void brew("chai", 2, "Ann")
  // @ts-expect-error: a call that has not run has no result
  void brew("chai").kind
}

export async function whateverTheFunctionGives(): Promise<void> {
  const fails = asyncio.coroutine(() => {
    throw new Error()
  })
  expectType<number>()(await asyncio.coroutine(() => 5)(), true)
  expectType<Date>()(await asyncio.coroutine(() => promise)(), true)
  expectType<string>()(await asyncio.coroutine(() => asyncio.sleep(1, "x"))(), true)
  expectType<string>()(await asyncio.coroutine(async () => asyncio.createTask(asyncio.sleep(1, "x")))(), true)
  expectType<void>()(await asyncio.coroutine(async () => asyncio.sleep(1))(), true)
  expectType<() => asyncio.Coroutine<never>>()(fails, true)
  // @ts-expect-error: it takes the function, not its call
  asyncio.coroutine(promise)
  // @ts-expect-error: a name alone is no function
  asyncio.coroutine("brew")
  // @ts-expect-error: the name comes first
  asyncio.coroutine(async () => undefined, "brew")
}

export async function genericFunctionsStayGeneric(): Promise<void> {
  const same = asyncio.coroutine(async <T>(value: T): Promise<T> => value)
  const named = asyncio.coroutine("first", async <T>(values: readonly T[], or: T): Promise<T> => values[0] ?? or)
  const entry = asyncio.coroutine(async <K extends string, V extends object>(key: K, value: V): Promise<[K, V]> => [key, value])
  expectType<Date>()(await same(new Date()), true)
  expectType<string | number>()(await same<string | number>("x"), true)
  expectType<number>()(await named([1, 2].map(Number), 3), true)
  expectType<["at", Date]>()(await entry("at", new Date()), true)
  // @ts-expect-error: a key is a string
  void entry(5, new Date())
  // @ts-expect-error: a value is an object
  void entry("at", 5)
}

class Kitchen {
  readonly heat = 5
  readonly #secret = new Date()

  readonly arrow = asyncio.coroutine(async (kind: string) => `${kind} at ${this.heat}`)
  readonly plain = asyncio.coroutine("plain", () => this.#brew())
  static readonly open = asyncio.coroutine(async () => new Kitchen())

  async method(): Promise<Date> {
    return this.#secret
  }

  async #brew(): Promise<Date> {
    return this.#secret
  }
}

class Cellar extends Kitchen {
  readonly both = asyncio.coroutine(async () => asyncio.gather([this.arrow("wine"), this.plain(), () => this.method()]))
}

export async function fieldsOfClasses(): Promise<void> {
  expectType<string>()(await new Kitchen().arrow("chai"), true)
  expectType<Date>()(await new Kitchen().plain(), true)
  expectType<Kitchen>()(await Kitchen.open(), true)
  expectType<[string, Date, Date]>()(await new Cellar().both(), true)
}

export async function standWherePromisesDo(): Promise<void> {
  const text: PromiseLike<string> = asyncio.sleep(1, "x")
  const like: Promise<string> = asyncio.sleep(1, "x")
  expectType<string>()(await text, true)
  expectType<string>()(await like, true)
  expectType<[string, Date]>()(await Promise.all([asyncio.sleep(1, "x"), promise]), true)
  expectType<number>()(await asyncio.sleep(1, "x").then((value) => value.length), true)
  expectType<string | undefined>()(await asyncio.sleep(1, "x").catch(() => undefined), true)
  expectType<string>()(await asyncio.sleep(1, "x").finally(() => undefined), true)
  expectType<string | undefined>()(await maybe, true)
  expectType<number | undefined>()((await maybe)?.length, true)
  expectType<Promise<number> | undefined>()(maybe?.then((value) => value.length), true)
  // @ts-expect-error: nothing may have been given
  await maybe.then(() => undefined)
  const read = asyncio.coroutine(async () => ({ at: [{ name: "x" }] as { name?: string }[] }))
  expectType<string | undefined>()((await read()).at[0]?.name?.toUpperCase(), true)
}

export function areToldApart(thing: unknown): void {
  if (asyncio.isCoroutine(thing)) expectType<asyncio.Coroutine<unknown>>()(thing, true)
  if (asyncio.isFuture(thing)) expectType<asyncio.Future<unknown>>()(thing, true)
  const either = thing as asyncio.Coroutine<string> | Promise<string>
  if (either instanceof asyncio.Coroutine) expectType<string>()(either.name, true)
  // @ts-expect-error: coroutines come from coroutine(fn)
  new asyncio.Coroutine()
}
