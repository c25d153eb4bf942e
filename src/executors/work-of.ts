import { describeFunction } from "./function-job/describe-function.ts"
import type { ExecutionOptions } from "./executor.ts"
import { meantCall } from "./module-calls.ts"
import type { WireWork } from "./wire/messages.ts"

/** What a worker is told of a function, what the function is called, and the options that came with it. */
export interface GivenWork {
  readonly work: WireWork
  readonly name: string
  readonly options?: ExecutionOptions
}

/** @throws TypeError for a function that cannot go. */
export function workOf(fn: (...args: never[]) => unknown, attempt: string): GivenWork {
  const known = meantCall(fn)
  if (known !== undefined) return { ...known, name: known.work.name }
  const work = describeFunction(fn, attempt)
  return { work, name: work.name === "" ? "function" : work.name }
}
