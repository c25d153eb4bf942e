/**
 * What counts the starts of a rate limiter, and says when the next may be.
 *
 * It is told of each start, in the order of time; `weight` is how many starts one stands for.
 */
export interface Meter {
  /** The first moment, not before `now`, at which starts of `weight` fit; `now` itself if they do. */
  earliest(weight: number, now: number): number
  /** Starts of `weight` happen now. */
  take(weight: number, now: number): void
  /** The latest starts, of `weight`, did not happen after all. */
  giveBack(weight: number): void
  /** How many starts fit now. */
  free(now: number): number
  /** The clock is another one: its times have nothing to do with those before. */
  forget(): void
}
