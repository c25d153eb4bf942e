/**
 * Stretches of time, to be added up: the time that they cover together, and how much of one falls into others.
 */

export interface Stretch {
  readonly from: number
  readonly to: number
}

/** The length of all together; where they lie over each other counts once. */
export function covered(stretches: readonly Stretch[]): number {
  let sum = 0
  let begin = 0
  let end = -Infinity
  for (const { from, to } of inOrder(stretches)) {
    if (from > end) {
      if (end > begin) sum += end - begin
      begin = from
      end = to
    } else if (to > end) {
      end = to
    }
  }
  return end > begin ? sum + end - begin : sum
}

/** The sum of all lengths. */
export function total(stretches: readonly Stretch[]): number {
  let sum = 0
  for (const { from, to } of stretches) sum += to - from
  return sum
}

/** What comes from events is most often in order already, and there is much of it. */
function inOrder(stretches: readonly Stretch[]): readonly Stretch[] {
  for (let n = 1; n < stretches.length; n += 1) {
    if ((stretches[n]?.from ?? 0) < (stretches[n - 1]?.from ?? 0)) return stretches.toSorted((a, b) => a.from - b.from)
  }
  return stretches
}

/** How long stretches are open in a time, added up: three that are open all the time count three times. */
export class Opened {
  /** Where stretches begin and where they end, from the first beginning on, each in order. */
  readonly #origin: number
  readonly #begins: Sums
  readonly #ends: Sums

  constructor(stretches: readonly Stretch[]) {
    this.#origin = stretches.reduce((least, { from }) => Math.min(least, from), Infinity)
    this.#begins = new Sums(Float64Array.from(stretches, ({ from }) => from - this.#origin))
    this.#ends = new Sums(Float64Array.from(stretches, ({ to }) => to - this.#origin))
  }

  within({ from, to }: Stretch): number {
    return this.#begins.count === 0 ? 0 : Math.max(0, this.#until(to - this.#origin) - this.#until(from - this.#origin))
  }

  /** What had begun has been open since, less what had ended. */
  #until(time: number): number {
    return this.#begins.since(time) - this.#ends.since(time)
  }
}

class Sums {
  readonly count: number
  readonly #times: Float64Array
  /** Of all up to each. */
  readonly #sums: Float64Array

  constructor(times: Float64Array) {
    this.count = times.length
    this.#times = times.sort()
    this.#sums = new Float64Array(times.length + 1)
    for (let n = 0; n < times.length; n += 1) this.#sums[n + 1] = (this.#sums[n] ?? 0) + (times[n] ?? 0)
  }

  /** How long ago all that lie before `time` were then, added up. */
  since(time: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#times[middle] ?? Infinity) <= time) low = middle + 1
      else high = middle
    }
    return low * time - (this.#sums[low] ?? 0)
  }
}
