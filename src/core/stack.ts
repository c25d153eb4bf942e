/**
 * The coroutines of a task that has come to an await, from its frames: known without any
 * stack of the engine's. Where each of them awaits is known while somebody writes it down.
 */
import { Frame } from "./frame.ts"
import { awaitLine } from "./place-of-line.ts"
import { programStack } from "./place.ts"

/** One coroutine on a stack. */
export interface StackEntry {
  readonly name: string
  /** Where it awaits, such as `at async main (file:///shop/main.ts:12:3)`; in debug mode, and as far as the budget for lines reached. */
  readonly place: string | undefined
}

/** The coroutines at and below `frame`, innermost first; of several lines, the one that began first. */
export function stackOf(frame: Frame): StackEntry[] {
  const entries: StackEntry[] = []
  let inner: Frame | null = frame
  while (inner !== null) {
    // With nothing below it, it stands at a foreign promise: what is written down is an await before that.
    entries.push({ name: inner.name, place: inner.first === null ? undefined : awaitLine(inner, inner.first) })
    inner = inner.first instanceof Frame ? inner.first : null
  }
  return entries.reverse()
}

/** The same for the task whose code asks: the innermost coroutine stands where the question does. */
export function runningStack(frame: Frame): StackEntry[] {
  const [innermost, ...rest] = stackOf(frame)
  return innermost === undefined ? [] : [{ name: innermost.name, place: programStack()[0] }, ...rest]
}
