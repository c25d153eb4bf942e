/**
 * What the engine says to an expression that it was given.
 */
export interface Evaluated {
  readonly result?: { readonly value?: unknown }
  readonly exceptionDetails?: { readonly exception?: { readonly description?: string } }
}

/** In one line, what went wrong in the process; undefined if nothing did. */
export function thrownIn({ exceptionDetails }: Evaluated): string | undefined {
  return exceptionDetails === undefined ? undefined : (exceptionDetails.exception?.description ?? "an error").split("\n", 1)[0]
}

/** Parameters of `Runtime.evaluate`. */
export function toEvaluate(expression: string, awaitPromise: boolean): Record<string, unknown> {
  return { expression, returnByValue: true, awaitPromise, silent: true }
}
