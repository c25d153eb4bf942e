/** A claim about the runtime, and what tries to refute it. */
export interface Proof {
  readonly name: string
  /** What holds, in one sentence. */
  readonly claim: string
  /** What its size counts, such as `histories`. */
  readonly unit: string
  /** How many, unless the command says. */
  readonly size: number
  /** Whether there may be fewer than the size, such as of files. */
  readonly atMost?: boolean
  /** Loads what tries to refute it; only when it is to be run, since that takes long. */
  load(): Promise<Attack>
}

/**
 * Tries to refute a claim.
 *
 * @throws CannotRun if it cannot be tried here
 */
export type Attack = (work: Work) => Promise<Findings>

export interface Work {
  readonly size: number
  /** What is random follows from it alone. */
  readonly seed: number
  /** Aborted on Ctrl-C: a proof ends soon, with what it has found. */
  readonly signal: AbortSignal
  /**
   * Says how far it is.
   *
   * @param of - how many there are; the size, unless there are fewer
   */
  progress(done: number, of?: number): void
}

export interface Findings {
  /** What was tried to its end, and nothing that only was to be. */
  readonly done: number
  /** What refutes the claim, each with what is needed to see it again; empty if nothing does. */
  readonly failures: readonly string[]
  /** Parts of the claim that could not be tried here, each with why. */
  readonly untried?: readonly string[]
  /** Further figures, by what they are called. */
  readonly figures?: Readonly<Record<string, string>>
}

/** Something that a proof needs is not there; the message is a sentence that says what, and what to do. */
export class CannotRun extends Error {
  override readonly name = "CannotRun"
}
