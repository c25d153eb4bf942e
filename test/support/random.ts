/** Tests on random input that can be run again: `SEED=… npm test -- sync/lock`. */
import { test, type TestContext } from "node:test"
import { inVirtualTime, type Told } from "./virtual.ts"

/** Numbers that depend on the seed alone (a xorshift generator). */
export class Random {
  #state: number

  constructor(seed: number) {
    // Neighbouring seeds must not give neighbouring sequences, and zero would stay zero.
    this.#state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) | 1
    for (let i = 0; i < 8; i += 1) this.below(2)
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return (x >>> 0) % limit
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("nothing to pick from")
    return list[this.below(list.length)] as T // below the length
  }
}

/** Declares a test that runs `body` with `rounds` seeds, and names the seed that fails. */
export function random(name: string, rounds: number, body: (random: Random) => unknown): void {
  test(name, async (t) => {
    const first = firstSeed()
    announce(t, first)
    for (let seed = first; seed < first + rounds; seed += 1) {
      try {
        await body(new Random(seed))
      } catch (cause) {
        throw new Error(`fails with SEED=${seed}: ${String(cause)}`, { cause })
      }
    }
  })
}

/** As `random`; each round is the main task of a loop on virtual time. */
export function randomVirtual(name: string, rounds: number, body: (random: Random, told: Told) => unknown): void {
  random(name, rounds, (source) => inVirtualTime((told) => body(source, told)))
}

/** The seed that SEED gives, or one of the moment. */
export function firstSeed(): number {
  const given = process.env["SEED"]
  if (given === undefined) return Date.now() % 1_000_000
  const seed = Number(given)
  if (!Number.isSafeInteger(seed)) throw new TypeError(`SEED is a whole number, not ${JSON.stringify(given)}`)
  return seed
}

function announce(t: TestContext, seed: number): void {
  t.diagnostic(`SEED=${seed}`)
}
