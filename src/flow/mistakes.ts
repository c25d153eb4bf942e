/**
 * Errors of the program itself, which another attempt would only repeat.
 */
import { KeyboardInterrupt } from "../errors/keyboard-interrupt.ts"
import { DeadlockError, RuntimeError } from "../errors/misuse.ts"

/** How browsers word the TypeError of a `fetch` that found no network; Node's has a cause. */
const NO_NETWORK = /^(Failed to fetch|NetworkError when attempting|Load failed|Network request failed|network error|fetch failed)/i

/** Whether `error` tells of a mistake in the program, and not of the world. */
export function isMistake(error: unknown): boolean {
  if (error instanceof TypeError) return error.cause === undefined && !NO_NETWORK.test(error.message)
  return (
    error instanceof ReferenceError ||
    error instanceof RuntimeError ||
    error instanceof DeadlockError ||
    error instanceof KeyboardInterrupt
  )
}
