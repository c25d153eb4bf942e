import type { Frame } from "./frame.ts"

/** Who did something last, and when: two whole numbers, so that nothing is kept alive by it. */
export class Trace {
  /** The number of the task; 0 for code of no task, -1 before it was ever done. */
  by = -1
  /** In ticks of its loop. */
  at = 0

  /** It is done now, by code of `frame`. */
  write(frame: Frame | null | undefined): void {
    this.by = frame?.ended === false ? (frame.owner?.id ?? 0) : 0
    this.at = frame?.loop.ticks ?? 0
  }
}
