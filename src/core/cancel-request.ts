import { CancelledError } from "../errors/cancelled-error.ts"
import { limitStacks, stacks } from "./place.ts"

/** One request to cancel: why, who asked, and in debug mode where. */
export interface CancelRequest {
  readonly message: unknown
  readonly requestedBy: string | undefined
  readonly requestedAt: string | undefined
  /** The error that made somebody ask. */
  readonly cause?: Error | undefined
  /** What to throw instead of a CancelledError. */
  readonly doom?: Error
}

/** Set when a request has travelled round a circle of tasks and met one it is passing through. */
export const path = { closed: false }

/** The error that a request is thrown as. */
export function cancellation(request: CancelRequest): CancelledError {
  // The stack would show the loop, not the program; `requestedAt` says where it was asked for.
  const limit = stacks.stackTraceLimit
  if (limit === undefined) return new CancelledError(request.message, request)
  limitStacks(0)
  try {
    return new CancelledError(request.message, request)
  } finally {
    limitStacks(limit)
  }
}
