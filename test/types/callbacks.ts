/** Checked by the compiler alone: what a callback or a future is stays known. */
import type { EventEmitter } from "node:events"
import * as asyncio from "asyncio-ts"
import { expectType } from "./expect-type.ts"

declare const task: asyncio.Task<number>
declare const emitter: EventEmitter<{ data: [at: Date, size: number] }>
declare function load(id: number): Date
declare function load(name: string): URL

export function boundFunctions(): void {
  expectType<number>()(asyncio.bind((kind = "chai") => kind.length)(), true)
  const same = asyncio.bind(<T>(value: T): T => value)
  expectType<Date>()(same(new Date()), true)
  const loads = asyncio.bind(load)
  expectType<Date>()(loads(5), true)
  expectType<URL>()(loads("x"), true)
  // Where it is given to somebody, what that one passes is known.
  emitter.on("data", asyncio.bind((at, size) => {
    expectType<Date>()(at, true)
    expectType<number>()(size, true)
  }))
  expectType<string[]>()([1, 2].map(asyncio.bind((n) => n.toFixed())), true)
  // @ts-expect-error: a function
  asyncio.bind(task)
}

export function ensuredFutures(): void {
  expectType<asyncio.Task<number>>()(asyncio.ensureFuture(task), true)
  expectType<string>()(asyncio.ensureFuture(task).getName(), true)
}
