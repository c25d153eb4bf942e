/**
 * Runs what starts to run within something else: how tracing gives each task a context of its own.
 */
import type { Frame } from "./frame.ts"

/**
 * Calls `begin`, once, in whatever the frame's code is to see, and gives what it gave. It
 * never throws.
 */
export type BodyStart = (frame: Frame, begin: () => Promise<unknown>) => Promise<unknown>

/** What bodies start within, or null. Read it before building what would be given. */
export let bodyStart: BodyStart | null = null

/** Has bodies start within `within` from now on; null for nothing. */
export function startBodiesWithin(within: BodyStart | null): void {
  bodyStart = within
}
