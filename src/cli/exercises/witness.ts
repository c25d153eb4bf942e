/**
 * What a check sees of a program by way of the platform that it runs on: Node, or a browser's worker.
 */
import type { Warned } from "./evidence.ts"

export interface Witness {
  /** What console.log would write. */
  text(given: readonly unknown[]): string
  /** Tells of each warning; the returned function ends that, once all that were issued have been told. */
  watchWarnings(warned: (warning: Warned) => void): () => Promise<void>
  /** Tells of each call of the program that blocks its thread, until the returned function is called. */
  watchBlockingCalls(seen: (name: string) => void): () => void
}
