/**
 * Whether a history has an explanation: a moment for each call, between its beginning and its end,
 * at which it could have happened at once.
 *
 * The search of Wing and Gong (1993), with the memory of Lowe (2017): what was reached before, by
 * whatever way, is not gone into again. A call that waits inside, such as a wait on a condition,
 * has two moments, in their order.
 *
 * @see https://doi.org/10.1006/jpdc.1993.1015
 * @see https://doi.org/10.1002/cpe.3928
 */
import type { Call, History } from "./history.ts"

/** What an object is, without any concurrency. States are plain data. */
export interface Model<State> {
  readonly first: State
  /** The moments that a call has; one unless given. */
  steps?(call: Call): number
  /** Whether the first of them is its beginning, as where who came first is served first; it must not matter to what others are about to do. */
  atOnce?(call: Call): boolean
  /**
   * What the object may be after a moment of a call.
   *
   * @returns nothing if it could not happen now; more than one state where that is open
   */
  after(state: State, call: Call, step: number): readonly State[]
}

/** The states in which the object may be in the end; none if nothing explains the history. */
export function explain<State>(model: Model<State>, { calls }: History): State[] {
  const ended = calls.filter((call) => call.end < Infinity)
  const open = calls.filter((call) => call.end === Infinity)
  const all = [...ended, ...open]
  const steps = all.map((call) => model.steps?.(call) ?? 1)
  const atOnce = all.map((call) => model.atOnce?.(call) ?? false)
  const seen = new Set<string>()
  const ends = new Map<string, State>()

  function go(done: readonly number[], state: State): void {
    const key = `${done.join()} ${JSON.stringify(state)}`
    if (seen.has(key)) return
    seen.add(key)
    // Nothing may happen after the end of a call that has moments left.
    let until = Infinity
    for (const [at, call] of ended.entries()) if ((done[at] ?? 0) < (steps[at] ?? 1)) until = Math.min(until, call.end)
    const earliest = nextToBegin(done, until)
    if (earliest !== -1) {
      const call = all[earliest]
      for (const reached of call === undefined ? [] : model.after(state, call, 0)) go(done.with(earliest, 1), reached)
      return
    }
    let moved = false
    for (const [at, call] of all.entries()) {
      const step = done[at] ?? 0
      if (step >= (steps[at] ?? 1) || call.begin > until) continue
      const next = model.after(state, call, step)
      if (next.length > 0) moved = true
      // It has not ended; if it could, somebody has forgotten it.
      if (call.end === Infinity && step === (steps[at] ?? 1) - 1) continue
      for (const reached of next) go(done.with(at, step + 1), reached)
    }
    if (until === Infinity && !moved) ends.set(JSON.stringify(state), state)
  }

  /** Of the calls whose first moment is their beginning the one that comes next, if it can come now; otherwise -1. */
  function nextToBegin(done: readonly number[], until: number): number {
    let earliest = -1
    for (const [at, call] of all.entries()) {
      if (atOnce[at] === true && done[at] === 0 && call.begin < (all[earliest]?.begin ?? until)) earliest = at
    }
    return earliest
  }

  go(all.map(() => 0), model.first)
  return [...ends.values()]
}
