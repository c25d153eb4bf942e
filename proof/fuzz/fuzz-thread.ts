/**
 * Tries one target in a thread of its own, which can be ended in the midst of an input that takes for ever.
 */
import { parentPort, workerData } from "node:worker_threads"
import { startCounting } from "./reached.ts"

export interface ThreadWork {
  readonly name: string
  readonly seed: number
  readonly seconds: number
  /** `[inputs tried, length of the one that is tried or -1]`, and after it the input. */
  readonly shared: SharedArrayBuffer
}

startCounting()
const { fuzz } = await import("./fuzzing.ts")
const { TARGETS } = await import("./targets.ts")
const { name, seed, seconds, shared } = workerData as ThreadWork // made by fuzz.ts
const state = new Int32Array(shared, 0, 2)
const bytes = new Uint8Array(shared, 8)
const target = TARGETS.find((one) => one.name === name)
if (target === undefined) throw new Error(`there is no target ${name}`)

/** Of the time: then what was found to lead anywhere is changed further at full speed. */
const GUIDED = 0.3
const begun = performance.now()
const end = begun + seconds * 1000
const found = await fuzz(target, {
  seed,
  guided: () => performance.now() - begun < GUIDED * seconds * 1000,
  more: () => performance.now() < end,
  trying(input) {
    if (input === undefined) {
      Atomics.store(state, 1, -1)
      return
    }
    bytes.set(input.subarray(0, bytes.length))
    Atomics.store(state, 1, Math.min(input.length, bytes.length))
    Atomics.add(state, 0, 1)
  },
})
parentPort?.postMessage(found)
