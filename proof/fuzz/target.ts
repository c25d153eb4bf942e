import type { Arbitrary } from "fast-check"

/** A parser or wire format; what holds of it for every input stands in claims.ts. */
export interface Target {
  /** What it is called behind `fuzz-`. */
  readonly name: string
  /** The files that are to be reached, by the end of their URL. */
  readonly sources: readonly string[]
  /** What its inputs are made of. */
  readonly tokens: readonly (string | Uint8Array)[]
  /** Inputs to begin with, beside those of `corpus/NAME/`. */
  readonly samples: readonly (string | Uint8Array)[]
  /** Inputs that are mostly valid. */
  readonly grammar?: Arbitrary<Uint8Array>
  /** Servers and the like that all inputs share; gives what ends them. */
  open?(): Promise<() => Promise<void>>
  /**
   * Tries one input.
   *
   * @param cuts - where it is cut in pieces, for what reads pieces; else what else is to be chosen
   * @throws what refutes the claim
   */
  try(input: Buffer, cuts: readonly number[]): void | Promise<void>
}

/** `input` in pieces, of which some may be empty. */
export function piecesOf(input: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => cut % (input.length + 1)).toSorted((a, b) => a - b)
  return [0, ...places].map((from, index) => input.subarray(from, places[index] ?? input.length))
}

/** What `look` gives, or the error that it may throw. @throws any other error. */
export function valueOrError<T>(look: () => T, kinds: readonly (abstract new (...args: never[]) => Error)[]): { readonly value: T } | { readonly error: Error } {
  try {
    return { value: look() }
  } catch (error) {
    return { error: expected(error, kinds) }
  }
}

/** `error`, if it is of these kinds. @throws the error if not: then it is what refutes the claim. */
export function expected(error: unknown, kinds: readonly (abstract new (...args: never[]) => Error)[]): Error {
  // By the class itself: what extends TypeError or RangeError is documented where it is thrown.
  if (error instanceof Error && kinds.some((kind) => error instanceof kind)) return error
  throw error
}
