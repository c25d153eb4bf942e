/**
 * Waits for several futures at once, in words.
 */
import { awaitedAs, numberOf, watches, type Future } from "./future.ts"
import type { WaitReason } from "./observer.ts"

/** So many are called by their names. */
const NAMED = 3

/** Why whoever waits for `futures` waits, such as `gather of 3, 1 still open: task 'fetch'`. */
export function severalOpen(kind: string, futures: Iterable<Future<unknown>>, more?: Partial<WaitReason>): WaitReason {
  let all = 0
  const open = new Set<Future<unknown>>()
  for (const future of futures) {
    all += 1
    if (!future.done()) open.add(future)
  }
  const names = Array.from(open).slice(0, NAMED).map(called)
  if (open.size > NAMED) names.push(`${open.size - NAMED} more`)
  const what = more?.kind ?? kind
  const one = more?.any === true ? ", one is enough" : ""
  const text = `${what} of ${all}${one}, ${open.size} still open: ${names.join(", ")}`
  return { kind, text, ...tasksIn(open), ...more }
}

/** The tasks among what is open, and within it; whether nothing else is. */
export function tasksIn(open: Iterable<Future<unknown>>): { awaits: number[]; internal: boolean } {
  const awaits: number[] = []
  let internal = true
  // A set that is walked goes on with what is added to it: gathers may hold gathers, some thousands deep.
  const seen = new Set(open)
  for (const future of seen) {
    if (future.done()) continue
    const number = future[numberOf]
    if (number !== undefined) {
      awaits.push(number)
      continue
    }
    const { size } = seen
    let alone = true
    for (const inner of future[watches]()) {
      alone = false
      seen.add(inner)
    }
    if (alone && seen.size === size) internal = false
  }
  return { awaits, internal }
}

/** What a future is called, such as `task 'fetch'`. */
export function called(future: Future<unknown>): string {
  const { kind, detail } = future[awaitedAs]()
  return detail === undefined ? kind.toLowerCase() : `${kind.toLowerCase()} ${detail}`
}
