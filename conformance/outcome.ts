import * as asyncio from "asyncio-ts"

import type { Outcome, Value } from "./scenario.ts"

/** How a result that `gather` gives in place of an error stands in a trace. */
export function gathered(result: unknown): Value {
  if (!(result instanceof Error)) return result as Value // what is no error a program has returned or set
  // One that was cancelled without a message has an empty one there.
  return result instanceof asyncio.CancelledError && result.reason === AT_THE_END ? ["CancelledError", ""] : outcome(result)
}

/** What the operation `raise` throws. */
export class UserError extends Error {
  override readonly name = "UserError"
  readonly code: number

  constructor(code: number) {
    super(String(code))
    this.code = code
  }
}

// Whom the end of its program cancels is told so: see docs/differences.md.
const AT_THE_END = "the program ends"

// Where Python has one ValueError, the library throws what JavaScript's own functions throw.
const PYTHON_NAMES: Readonly<Record<string, string>> = { RangeError: "ValueError" }

/** How an error stands in a trace. */
export function outcome(error: unknown): Outcome {
  if (error instanceof asyncio.CancelledError) {
    const reason = error.reason
    return reason === undefined || reason === null || reason === AT_THE_END ? ["CancelledError"] : ["CancelledError", reason as Value]
  }
  if (error instanceof UserError) return ["UserError", error.code]
  if (error instanceof asyncio.ExceptionGroup) return ["ExceptionGroup", ...error.errors.map(outcome)]
  const name = error instanceof Error ? error.name : typeof error
  return [PYTHON_NAMES[name] ?? name]
}

const IN_TRACES = new Set([
  "CancelledError",
  "UserError",
  "ExceptionGroup",
  "TimeoutError",
  "InvalidStateError",
  "RuntimeError",
  "RangeError",
  "QueueEmpty",
  "QueueFull",
  "QueueShutDown",
  "BrokenBarrierError",
])

/** Whether no trace can hold this error, so that its stack is worth showing. */
export function isUnheardOf(error: unknown): boolean {
  return !(error instanceof Error) || !IN_TRACES.has(error.name)
}
