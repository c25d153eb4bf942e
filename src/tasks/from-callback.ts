import { checkFunction, isThenable, refuseThenable } from "../structures/arguments.ts"
import { runningLoop } from "../core/ambient.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation } from "../core/host-operation.ts"
import { ignore } from "../core/wait.ts"
import { UserCallback } from "../core/user-callback.ts"

/** What a function of Node's style calls when it is done: an error, or what it has to give. */
export type NodeCallback<A extends readonly unknown[]> = (error?: unknown, ...values: Partial<A>) => void

/** How the outcome of a callback is given. */
export interface FromCallbackOptions {
  /** Gives all values after the error, as an array, instead of the first. */
  readonly all?: boolean | undefined
  /** What is waited for, in words, for those who look at the program: text, or a function that gives it. */
  readonly reason?: string | (() => string) | undefined
}

/**
 * Makes a coroutine of a function that tells its outcome through a callback of Node's style,
 * `(error, value)`. The function is called when the coroutine is awaited; the first call of
 * the callback counts, and later ones do nothing.
 *
 * Where `work` returns a function, that function stops the work when the wait is cancelled;
 * without one the work goes on and its outcome is dropped. What takes an `AbortSignal` can be
 * stopped by the task's own: `(done) => exec(line, { signal: currentTask()?.signal }, done)`.
 *
 * @param options - `all`: every value after the error, as an array; else the first
 * @throws what the callback is given as its error, or what `work` throws, also
 * as an async function; TypeError at the
 * call if `work` is no function, and later if the value is a promise, which an await would
 * not hand over.
 * @throws CancelledError if the task is cancelled first; the work is stopped at once. What
 * the stopping function throws goes to the loop's exception handler.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * // An interface of the old kind.
 * function ask(question: string, done: (error: Error | null, answer: string) => void): () => void {
 *   const timer = setTimeout(() => done(null, `${question} Yes.`), 5)
 *   return () => clearTimeout(timer)
 * }
 *
 * await asyncio.run(async () => {
 *   console.log(await asyncio.fromCallback<string>((done) => ask("Tea?", done))) // -> Tea? Yes.
 *   const late = asyncio.waitFor(asyncio.fromCallback((done) => ask("Now?", done)), 0)
 *   console.log(await late.catch((error: Error) => error.name)) // -> TimeoutError
 * })
 * ```
 */
export function fromCallback<A extends unknown[]>(
  work: (callback: NodeCallback<A>) => unknown,
  options: FromCallbackOptions & { readonly all: true },
): Coroutine<A>
export function fromCallback<T>(work: (callback: NodeCallback<[T, ...unknown[]]>) => unknown, options?: FromCallbackOptions): Coroutine<T>
export function fromCallback(work: (callback: NodeCallback<unknown[]>) => unknown, options: FromCallbackOptions = {}): Coroutine<unknown> {
  checkFunction(work, "what fromCallback takes")
  const all = options.all === true
  const { reason } = options
  return hostOperation<unknown>({
    name: "fromCallback",
    detail: work.name === "" ? undefined : work.name,
    ...(reason !== undefined && { says: () => (typeof reason === "function" ? reason() : reason) }),
    start(done) {
      const loop = runningLoop("call a function with a callback")
      const stop = work((error, ...values) => {
        // Node's own functions test for truth, and some libraries say false for no error.
        if (error !== undefined && error !== null && error !== false) {
          done.failed(error)
          return
        }
        const value: unknown = all ? values : values[0]
        try {
          refuseThenable(value, "the value given to a callback")
        } catch (refusal) {
          done.failed(refusal)
          return
        }
        done.returned(value)
      })
      // An async function: what it throws later would be nobody's.
      if (isThenable(stop)) stop.then(ignore, (error: unknown) => done.failed(error))
      if (typeof stop !== "function") return undefined
      // It is the user's code, and is called from nobody's.
      const user = new UserCallback(loop, stop as () => void, "that stops fromCallback")
      return () => user.call(user)
    },
  })
}
