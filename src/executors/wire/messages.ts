/**
 * What a program and its workers tell each other. Every message is plain data, so that it
 * crosses a thread's port and a process's pipe alike.
 */
import type { FunctionJob } from "../function-job/function-job.ts"
import type { WireError } from "./wire-error.ts"

/** An exported function of a module, by the module's address and the export's name. */
export interface ModuleWork {
  readonly kind: "module"
  readonly module: string
  readonly name: string
}

/** What a job runs. */
export type WireWork = ModuleWork | FunctionJob

/** How the values of a job come back. */
export type JobShape =
  /** One call, one result. */
  | "once"
  /** One call for each argument; a list of results. */
  | "each"
  /** The items of a generator, as many ahead as were asked for. */
  | "items"

/** A call to make. */
export interface Call {
  readonly id: number
  readonly work: WireWork
  readonly args: readonly unknown[]
}

export interface RunMessage extends Call {
  readonly kind: "run"
  readonly shape: JobShape
  readonly name: string
  /** Whether anybody listens to its progress. */
  readonly progress: boolean
  /** Context variables by their names. */
  readonly context: readonly (readonly [name: string, value: unknown])[] | undefined
}

/** To a worker. */
export type ToWorker =
  | RunMessage
  | { readonly kind: "cancel"; readonly id: number; readonly reason: unknown; readonly requestedBy: string | undefined }
  /** The reader of a job's items takes so many more. */
  | { readonly kind: "more"; readonly id: number; readonly count: number }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "refusal"; readonly id: number; readonly error: WireError }
  /** Nothing more will come. */
  | { readonly kind: "end" }

/** What a call for each argument came to: the results up to the first failure, and that failure. */
export interface EachResult {
  readonly values: readonly unknown[]
  readonly error?: WireError
}

/** From a worker. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "returned"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: WireError }
  | { readonly kind: "item"; readonly id: number; readonly value: unknown }
  | { readonly kind: "progress"; readonly id: number; readonly value: unknown }
  /** A call to make on the loop of whoever owns the worker. */
  | ({ readonly kind: "ask" } & Call)
  | { readonly kind: "forget"; readonly id: number; readonly reason: unknown }

/** How many items a job may be ahead of its reader. */
export const WINDOW = 16
