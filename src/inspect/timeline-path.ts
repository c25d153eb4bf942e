/**
 * The critical path on the bars of a timeline.
 */

/** A stretch of the critical path, in seconds of the loop's clock: whose time it is. */
export interface PathMark {
  readonly task: number
  readonly from: number
  readonly to: number
}

/** What a timeline marks: the critical path that the tools of analysis give has this form. */
export interface MarkedPath {
  readonly loop: number
  readonly segments: readonly PathMark[]
}

/** The stretches of a path by their tasks. */
export function marksOf(path: MarkedPath | undefined): ReadonlyMap<number, readonly PathMark[]> {
  return Map.groupBy(path?.segments ?? [], ({ task }) => task)
}
