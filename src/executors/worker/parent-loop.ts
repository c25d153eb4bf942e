import { describe } from "../../structures/arguments.ts"
import { Shown } from "../../structures/shown.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { takeCall, type ThreadFuture, type ThreadLoop } from "../../core/thread-future.ts"
import { moduleAddress, moduleCalls } from "../module-calls.ts"
import type { ModuleWork } from "../wire/messages.ts"
import { CallFuture } from "./call-future.ts"
import { currentJob, type JobFacts } from "./current-job.ts"
import { ParentCall } from "./parent-call.ts"

/** The exported functions of a module `M`, each as a call on the parent's loop. */
export type ParentModule<M extends object> = {
  readonly [Name in keyof M as M[Name] extends (...args: never[]) => unknown ? Name : never]: M[Name] extends (...args: infer A) => infer R
    ? (...args: A) => Coroutine<Awaited<R>>
    : never
}

/** The loop that gave this job, as the job sees it; made by `parentLoop`. */
export class ParentLoop extends Shown implements ThreadLoop {
  readonly #job: JobFacts

  constructor(job: JobFacts) {
    super()
    this.#job = job
  }

  /**
   * The exported functions of a module, typed, each a call that runs on the parent's loop, with
   * that thread's own instance of the module.
   *
   * @throws TypeError for what names no module, FileNotFoundError for a file that is not there.
   */
  module<M extends object>(url: URL | string): ParentModule<M> {
    const make = (work: ModuleWork, args: readonly unknown[]): unknown => new ParentCall(this.#job, work, args)
    return moduleCalls<M>(moduleAddress(url), {}, make) as unknown as ParentModule<M> // each of its functions is a call of `make`
  }

  /** For `runCoroutineThreadsafe`. */
  [takeCall]<T>(call: Coroutine<T>): ThreadFuture<T> {
    if (!(call instanceof ParentCall)) {
      throw new TypeError(
        `cannot run ${describe(call)} on the parent's loop: no code of this thread can run in another; ` +
          `give it a call of an exported function, parentLoop().module<typeof import("./store.ts")>(url).save(…)`,
      )
    }
    if (!call.unstarted) throw new RuntimeError(`${call.toString()} has already started; call the function again for another run`)
    return new CallFuture<T>(call as ParentCall<T>) // a Coroutine<T>, as its type says
  }

  toString(): string {
    return `<ParentLoop of job '${this.#job.name}'>`
  }
}

/**
 * The loop that gave this job: code inside a job calls functions there, where the program's
 * connections, caches and windows are.
 *
 * Awaited, a call runs as a task of that loop, in a copy of the context in which the job was
 * asked for. Arguments and results are copied; errors and cancellation go both ways: when the
 * wait here is cancelled, or the job ends, or its worker dies, the task there is cancelled. A
 * synchronous job blocks in `runCoroutineThreadsafe(call, parentLoop()).result()`.
 *
 * @throws RuntimeError outside a job.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * // A module of the program, most often new URL("./shop.ts", import.meta.url).href.
 * const shop = "data:text/javascript,export const price = async (tea) => tea === 'Masala' ? 4 : 3"
 *
 * await asyncio.run(async () => {
 *   const bill = async (shop: string, cups: number) => {
 *     const { parentLoop } = await import("asyncio-ts/executors")
 *     const there = parentLoop().module<{ price(tea: string): Promise<number> }>(shop)
 *     return cups * (await there.price("Masala"))
 *   }
 *   console.log(await asyncio.toThread(bill, shop, 3)) // -> 12
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe
 */
export function parentLoop(): ParentLoop {
  const job = currentJob()
  if (job === undefined) {
    throw new RuntimeError("parentLoop() is for code inside a job of an executor: no loop has given this code as a job; here it is getRunningLoop()")
  }
  return new ParentLoop(job)
}
