/**
 * Runs a program again as it ran when it was recorded.
 */
import { checkFunction } from "../../structures/arguments.ts"
import { DeadlockError, RuntimeError } from "../../errors/misuse.ts"
import { listTasks } from "../../core/deadlock.ts"
import { EventLoop } from "../../core/event-loop.ts"
import { Relay } from "../../core/future.ts"
import { NativePromise } from "../../core/native-promise.ts"
import { observe } from "../../core/observer.ts"
import type { Task } from "../../core/task.ts"
import { orderOf, type RecordedRun } from "./recorded-order.ts"
import { ReplayClock } from "./replay-clock.ts"
import { ReplayQueue } from "./replay-queue.ts"
import { ReplayScript } from "./replay-script.ts"

/**
 * Runs a program on virtual time in the order in which its tasks went on when it was recorded,
 * and at those times: a recording of a real run becomes a test.
 *
 * What the recorded program awaited of the host's, the test's program may take from fakes that
 * sleep, or await as well: each task has to await as often as it did then. Several promises of the
 * host's in a row are one wait of a recording, since nothing tells when one settles, so one fake stands
 * for all of them. A task is known by who made it, and as which.
 *
 * @param recording - from a `Recorder` of `asyncio-ts/inspect` that was started before the program
 * @returns what the program returns; it throws what the program throws
 * @throws RuntimeError if program and recording part, which says at which step, also where nothing
 * of the host's has come for two real seconds; if the recording lacks its beginning. DeadlockError
 * if the recorded program hung, and this one does too. TypeError for what is no recording or function.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Recorder } from "asyncio-ts/inspect"
 * import { replay } from "asyncio-ts/testing"
 *
 * const program = (delays: number[]) => async () => {
 *   const order: string[] = []
 *   await asyncio.gather(delays.map((delay, index) => async () => {
 *     await asyncio.sleep(delay)
 *     order.push("abc".charAt(index))
 *   }))
 *   return order.join("")
 * }
 * const recorder = new Recorder().start()
 * await asyncio.run(program([0.06, 0.03, 0.001]))
 * recorder.stop()
 * console.log(await replay(recorder.recording(), program([0.001, 0.001, 0.001]))) // -> cba
 * ```
 */
export async function replay<T>(recording: RecordedRun, program: () => T | PromiseLike<T>): Promise<Awaited<T>> {
  const order = orderOf(recording)
  checkFunction(program, "the program of replay")
  const script = new ReplayScript(order)
  const clock = new ReplayClock(script)
  const loop = new EventLoop({ clock }, new ReplayQueue(script, clock))
  script.loop = loop
  const stop = observe({
    taskCreated: (task, parent) => script.created(task, parent),
    taskResumed: (task) => script.resumed(task),
    taskParked: (task, on) => script.parked(task, on),
    taskDone: (task) => script.done(task),
  })
  try {
    const main = loop.createTask(program, { name: "main" }) as Task<Awaited<T>> // the run awaits what `program` gives
    void new Relay(main, () => loop.stop())
    await new NativePromise<void>((resolve) => loop.start(resolve))
    if (main.done() && !failed(main)) script.part("the program has ended")
    if (script.difference !== undefined) throw new RuntimeError(script.difference)
    if (!main.done()) throw new DeadlockError(`as in the recording, nothing can ever happen again; these wait for ever:\n${listTasks(loop)}`)
    return main.result()
  } finally {
    stop()
    loop.setExceptionHandler(() => undefined)
    loop.close()
  }
}

function failed(main: Task<unknown>): boolean {
  return main.cancelled() || main.exception() !== undefined
}
