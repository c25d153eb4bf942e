/**
 * What was seen of a program that ran on virtual time.
 */
import type { Coroutine } from "../../core/coroutine.ts"
import type { Recording } from "../../inspect/recording.ts"

/** Something that the check has lent the program, such as brewing a tea, each time that it was used. */
export interface Operation {
  /** Such as `brew Masala`. */
  readonly name: string
  /** In seconds of the virtual clock. */
  readonly from: number
  readonly to: number
  readonly how: "returned" | "failed" | "cancelled" | "open"
}

export interface Line {
  readonly text: string
  /** In seconds of the virtual clock. */
  readonly at: number
  /** The name of the task that printed it. */
  readonly task: string
}

export interface Warned {
  readonly code: string
  readonly message: string
}

export interface Evidence {
  readonly value: unknown
  /** What it threw; undefined if it did not. */
  readonly error: { readonly thrown: unknown } | undefined
  /** How long it took, in seconds of the virtual clock. */
  readonly seconds: number
  readonly lines: readonly Line[]
  readonly operations: readonly Operation[]
  readonly warnings: readonly Warned[]
  /** The blocking calls that it made on the loop's thread, such as `Atomics.wait`. */
  readonly blocking: readonly string[]
  /** The errors of tasks and callbacks that nobody has taken. */
  readonly unhandled: readonly string[]
  /** The tasks that were there when it had ended, each with what it waits for. */
  readonly left: readonly string[]
  /** Who waited for whom when nothing could ever happen again; undefined if it did not come to that. */
  readonly deadlock: { readonly sentences: readonly string[]; readonly table: readonly string[] } | undefined
  readonly recording: Recording
}

/** What an exercise has to run the work with. */
export interface Kit {
  /** A coroutine function whose calls are seen. */
  operation<A extends readonly unknown[], T>(name: string, body: (...args: A) => PromiseLike<T>): (...args: A) => Coroutine<T>
  /** The time of the virtual clock, in seconds. */
  time(): number
}
