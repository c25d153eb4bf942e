/** Checked by the compiler alone: timeouts, groups and runners. */
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { expectType } from "./expect-type.ts"

declare const text: asyncio.Coroutine<string>
declare const promise: Promise<Date>
declare const task: asyncio.Task<number>
const load = async (): Promise<URL> => new URL("http://localhost")

export async function timeouts(): Promise<void> {
  expectType<URL>()(await asyncio.timeout(1).run(load), true)
  expectType<string>()(await asyncio.timeoutAt(null).run(() => text), true)
  expectType<number>()(await asyncio.timeout(null).run((timeout) => timeout.when() ?? 0), true)
  // It gives undefined when the deadline passes.
  expectType<URL | undefined>()(await asyncio.moveOnAfter(1).run(load), true)
  expectType<asyncio.Timeout>()(new asyncio.Timeout(1), true)
  // @ts-expect-error: the body is a function
  void asyncio.timeout(1).run(text)
  // @ts-expect-error: seconds are a number
  asyncio.timeout("1")
  // @ts-expect-error: no awaitable: what it runs is the body given to run
  await asyncio.timeout(1).then()
}

export async function groups(): Promise<void> {
  expectType<URL>()(await new asyncio.TaskGroup({ limit: 3 }).run(load), true)
  await new asyncio.TaskGroup().run(async (group) => {
    expectType<asyncio.Task<string>>()(group.createTask(text), true)
    expectType<asyncio.Task<URL>>()(group.createTask(load, { name: "load" }), true)
    expectType<number>()(await group.start<number>(async (ready) => ready(8080)), true)
    expectType<void>()(await group.start((ready) => ready()), true)
    // @ts-expect-error: a promise runs already
    group.createTask(promise)
    // @ts-expect-error: a task runs already
    group.createTask(task)
    // @ts-expect-error: ready takes what start gives
    await group.start<number>((ready) => ready("8080"))
  })
  // @ts-expect-error: the body is a function
  void new asyncio.TaskGroup().run(text)
}

export async function runners(): Promise<void> {
  expectType<string>()(await asyncio.run(text), true)
  expectType<URL>()(await asyncio.run(load, { debug: true, name: "main", signal: new AbortController().signal }), true)
  expectType<number>()(await asyncio.run(() => 5), true)
  expectType<URL>()(await new asyncio.Runner().run(load), true)
  expectType<URL>()(await runVirtual(load), true)
  // @ts-expect-error: a promise runs already: pass the function
  void asyncio.run(promise)
  // @ts-expect-error: a task runs already: await it inside main
  void asyncio.run(task)
  // @ts-expect-error: main takes no arguments
  void asyncio.run((id: number) => asyncio.sleep(id))
}
