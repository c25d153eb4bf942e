/** Checked by the compiler alone: tasks and futures know their results, and only what has not started makes a task. */
import * as asyncio from "asyncio-ts"
import { expectType } from "./expect-type.ts"

declare const text: asyncio.Coroutine<string>
declare const promise: Promise<Date>
declare const task: asyncio.Task<number>
declare const future: asyncio.Future<boolean>
declare const loop: asyncio.EventLoop
const load = async (): Promise<URL> => new URL("http://localhost")
const withArgument = asyncio.coroutine(async (id: number) => id)

export async function made(): Promise<void> {
  expectType<asyncio.Task<string>>()(asyncio.createTask(text), true)
  expectType<asyncio.Task<URL>>()(asyncio.createTask(load, { name: "load", context: asyncio.copyContext(), eagerStart: true }), true)
  expectType<asyncio.Task<number>>()(asyncio.createTask(() => 5), true)
  expectType<asyncio.Task<string>>()(asyncio.createTask(() => text), true)
  expectType<asyncio.Task<number>>()(asyncio.createTask(async () => task), true)
  expectType<asyncio.Task<number>>()(asyncio.createTask(withArgument(5)), true)
  expectType<number>()(await asyncio.createTask(withArgument(5)), true)
  expectType<asyncio.Task<string>>()(loop.createTask(text), true)
  expectType<asyncio.Task<URL>>()(asyncio.runCoroutineThreadsafe(load, loop), true)
}

export function refused(): void {
  // @ts-expect-error: a promise runs already: pass the function
  asyncio.createTask(promise)
  // @ts-expect-error: the call has started: pass load, or () => load()
  asyncio.createTask(load())
  // @ts-expect-error: a task runs already
  asyncio.createTask(task)
  // @ts-expect-error: nothing can run a future
  asyncio.createTask(future)
  // @ts-expect-error: who would give it its argument?
  asyncio.createTask(withArgument)
  // @ts-expect-error: a name is a string
  asyncio.createTask(text, { name: 5 })
  // @ts-expect-error: snake case is Python's
  asyncio.createTask(text, { eager_start: true })
  // @ts-expect-error: options come as an object
  asyncio.createTask(text, "name")
  // @ts-expect-error: a promise runs already
  void asyncio.runCoroutineThreadsafe(promise, loop)
}

export async function known(): Promise<void> {
  expectType<number>()(task.result(), true)
  expectType<unknown>()(task.exception(), true)
  expectType<boolean>()(task.cancel("message"), true)
  expectType<number>()(task.uncancel(), true)
  expectType<asyncio.Task<unknown> | undefined>()(asyncio.currentTask(), true)
  expectType<string | undefined>()(asyncio.currentTask()?.getName(), true)
  expectType<Set<asyncio.Task<unknown>>>()(asyncio.allTasks(), true)
  task.addDoneCallback((done) => expectType<number>()(done.result(), true))
  const wider: asyncio.Task<number | string> = task
  const asFuture: asyncio.Future<number> = task
  const asPromise: Promise<number> = task
  await Promise.all([wider, asFuture, asPromise])
  // @ts-expect-error: a task that may give anything is no task of a number
  const narrower: asyncio.Task<number>[] = [...asyncio.allTasks()]
  void narrower
}

export async function futures(): Promise<void> {
  const pending = new asyncio.Future<string>()
  pending.setResult("x")
  expectType<asyncio.Future<Date>>()(loop.createFuture<Date>(), true)
  expectType<asyncio.Future<Date>>()(asyncio.wrapFuture(promise), true)
  expectType<string>()(await pending, true)
  expectType<number>()(await pending.then((value) => value.length), true)
  new asyncio.Future<void>().setResult()
  // @ts-expect-error: a result of another type
  pending.setResult(5)
  // @ts-expect-error: a result is needed
  pending.setResult()
}

export async function ensured(): Promise<void> {
  expectType<string>()(await asyncio.ensureFuture(text), true)
  expectType<URL>()(await asyncio.ensureFuture(load), true)
  expectType<Date>()(await asyncio.ensureFuture(promise), true)
  expectType<asyncio.Future<boolean>>()(asyncio.ensureFuture(future), true)
  // @ts-expect-error: a number cannot be awaited
  void asyncio.ensureFuture(5)
}

export async function run(): Promise<void> {
  expectType<Promise<string>>()(asyncio.run(text), true)
  expectType<Promise<URL>>()(asyncio.run(load), true)
  expectType<Promise<number>>()(asyncio.run(withArgument(5)), true)
  expectType<Promise<string>>()(asyncio.run(async () => asyncio.sleep(1, "x")), true)
  expectType<Promise<number>>()(loop.runUntilComplete(task), true)
  // @ts-expect-error: the call has started: run(load)
  void asyncio.run(load())
  // @ts-expect-error: who would give it its argument?
  void asyncio.run(withArgument)
}
