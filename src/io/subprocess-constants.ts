/**
 * Where the standard streams of a child may lead, as `asyncio.subprocess` names it.
 *
 * The numbers are Python's: below zero, so that they are no file descriptors.
 */

/** A pipe to or from this process. */
export const PIPE: -1 = -1
/** For `stderr` alone: where `stdout` leads. */
export const STDOUT: -2 = -2
/** Nothing comes in, and what goes out is dropped. */
export const DEVNULL: -3 = -3
