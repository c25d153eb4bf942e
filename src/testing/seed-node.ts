/**
 * Chance that can be had again.
 */
import { checkInteger } from "../structures/arguments.ts"
import { variable } from "../host/node.ts"

const LARGEST = 2 ** 32

/** The seed that was asked for: by the test, or by `SEED` in the environment; else a new one. */
export function chooseSeed(given: number | undefined): number {
  if (given !== undefined) {
    checkInteger(given, "the seed of runTest", 0)
    return given
  }
  const asked = variable("SEED") ?? ""
  if (asked === "") return Math.floor(Math.random() * LARGEST)
  const seed = Number(asked)
  checkInteger(seed, `SEED in the environment ("${asked}")`, 0)
  return seed
}

/** Numbers from 0 to below 1, the same for the same seed: the generator known as mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed % LARGEST
  return () => {
    state = (state + 0x6d2b79f5) % LARGEST
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / LARGEST
  }
}
