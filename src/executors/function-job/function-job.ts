/**
 * A function that is sent to a worker as its source. It is plain data: structured clone takes it.
 */
export interface FunctionJob {
  readonly kind: "function"
  /** The same for the same function of the same file, and for no other: a worker compiles it once. */
  readonly id: string
  /** An expression whose value is the function. */
  readonly source: string
  /** What the function is called; empty for one that has no name. */
  readonly name: string
  /** Whether it ran in strict mode where it was written, as all code of ES modules does. */
  readonly strict: boolean
  /** Names that tools have put into the source, which the worker has to bind: see `tool-stubs.ts`. */
  readonly stubs: readonly string[]
  /** The file of the call, as a URL: relative imports in the function start there, and stack traces name it. */
  readonly base?: string
}
