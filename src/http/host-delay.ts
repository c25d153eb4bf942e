/** The host's timers count milliseconds in 31 bits, and end at once where that is too few: 24 days stand for more. */
const LONGEST = 2 ** 31 - 1

/** `seconds`, as a timer of the host's takes them. */
export function hostDelay(seconds: number): number {
  return Math.min(Math.ceil(seconds * 1000), LONGEST)
}
