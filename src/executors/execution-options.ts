import { checkFunction, checkInteger, checkSeconds, describe } from "../structures/arguments.ts"
import { ContextVar } from "../core/context-var.ts"
import type { CancelMode } from "./pool/job.ts"
import { checkCancel } from "./pool/pool-settings.ts"
import type { ErrorClass } from "./wire/wire-error.ts"

/** How jobs are run and what becomes of them. */
export interface ExecutionOptions {
  /**
   * What a cancelled wait, also by a timeout or the end of the loop, does to a job that runs; it
   * is asked to end in any case (see `currentSignal`), and one that waits for a worker is taken
   * out of the queue.
   *
   * - `"terminate"`: the caller goes on at once; a job that has not ended after `grace` seconds
   *   is ended with its worker, which is replaced.
   * - `"abandon"`: the caller goes on at once; the job too, and its outcome is dropped. It does
   *   not keep the program alive; nor does one that has endless `grace`.
   * - `"wait"`: the caller waits until the job has ended by itself, and is cancelled then.
   */
  readonly cancel?: CancelMode | undefined
  /** Seconds that a cancelled job gets to end by itself; 0.1 by default. */
  readonly grace?: number | undefined
  /**
   * How often a job may run again when its worker died under it; 0 by default: it may have had its
   * effect. A generator runs again only while no item of it has come.
   */
  readonly retries?: number | undefined
  /**
   * The context variables that the job sees: all whose values can be cloned, or those that are
   * listed, as they are at the call; a listed one that cannot be cloned is refused. In the worker
   * they are found by their names.
   */
  readonly context?: boolean | readonly ContextVar<unknown>[] | undefined
  /** Is called, in the loop, with what the job gives to `reportProgress`. */
  readonly onProgress?: ((progress: unknown) => void) | undefined
  /** Error classes of the program's own, by whose names errors of jobs get their class again. */
  readonly errors?: readonly ErrorClass[] | undefined
  /** What the job is called where it is shown; by default the function's name. */
  readonly name?: string | undefined
}

/** @throws TypeError or RangeError naming the option. */
export function checkExecutionOptions(options: ExecutionOptions): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`options of a job are an object, such as { cancel: "wait" }, not ${describe(options)}`)
  const { cancel, grace, retries, onProgress, context, errors, name } = options
  if (cancel !== undefined) checkCancel(cancel)
  if (grace !== undefined) checkSeconds(grace, "grace")
  if (retries !== undefined) checkInteger(retries, "retries", 0)
  if (onProgress !== undefined) checkFunction(onProgress, "onProgress")
  if (name !== undefined && typeof name !== "string") throw new TypeError(`name is a string, but ${describe(name)} was given`)
  if (errors !== undefined && !(Array.isArray(errors) && errors.every((one) => typeof one === "function"))) throw new TypeError(`errors is a list of error classes, but ${describe(errors)} was given`)
  if (context === undefined || typeof context === "boolean") return
  const wrong: readonly unknown[] = Array.isArray(context) ? context.filter((variable) => !(variable instanceof ContextVar)) : [context]
  if (wrong.length > 0) throw new TypeError(`context is true or a list of context variables, but ${describe(wrong[0])} was given`)
}
