import { checkInteger } from "../structures/arguments.ts"
import type { WriteBufferLimits } from "./transport.ts"

const HIGH = 64 * 1024

/**
 * When a protocol is told to stop and to go on writing (R160, R161).
 *
 * Invariant: `0 <= low <= high`; the protocol was told to stop once more than to go on
 * exactly while `paused`.
 */
export class WriteLimits {
  high = HIGH
  low = HIGH / 4
  paused = false

  set({ high, low }: WriteBufferLimits): void {
    if (high !== undefined) checkInteger(high, "the high-water mark", 0)
    if (low !== undefined) checkInteger(low, "the low-water mark", 0)
    const top = high ?? (low === undefined ? HIGH : low * 4)
    const bottom = low ?? Math.floor(top / 4)
    if (bottom > top) throw new RangeError(`the low-water mark (${bottom}) is above the high one (${top})`)
    this.high = top
    this.low = bottom
  }
}
