import { Worker } from "node:worker_threads"
import type { Attack, Findings, Work } from "../proof.ts"
import type { ThreadWork } from "./fuzz-thread.ts"
import { failureOf, type Fuzzed } from "./fuzzing.ts"
import type { Target } from "./target.ts"
import { TARGETS } from "./targets.ts"

/** What one input may take: a thousand times of what any does. */
const PATIENCE_SECONDS = 20
const LOOK_MS = 1000
const MOST_MEGABYTES = 768
const LONGEST = 16_384

/** Tries one parser or wire format for so many seconds. @throws RangeError if there is no such target */
export function fuzzing(name: string): Attack {
  const target = TARGETS.find((one) => one.name === name)
  if (target === undefined) throw new RangeError(`there is no target ${name}`)
  return (work) => run(target, work)
}

async function run(target: Target, { size, seed, signal, progress }: Work): Promise<Findings> {
  const shared = new SharedArrayBuffer(8 + LONGEST)
  const state = new Int32Array(shared, 0, 2)
  Atomics.store(state, 1, -1)
  const begun = performance.now()
  const workerData: ThreadWork = { name: target.name, seed, seconds: size, shared }
  const worker = new Worker(new URL("./fuzz-thread.ts", import.meta.url), { workerData, resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES } })
  const triedNow = (why: string): string => {
    const length = Math.max(0, Atomics.load(state, 1))
    return failureOf(target, Buffer.from(new Uint8Array(shared, 8, length)), [], new Error(why))
  }
  let interrupt = (): void => undefined
  const found = await new Promise<Partial<Fuzzed>>((resolve) => {
    let last = -1
    let since = performance.now()
    const timer = setInterval(() => {
      const inputs = Atomics.load(state, 0)
      progress(Math.min(size, Math.floor((performance.now() - begun) / 1000)))
      if (inputs !== last || Atomics.load(state, 1) === -1) {
        last = inputs
        since = performance.now()
      } else if (performance.now() - since > PATIENCE_SECONDS * 1000) end({ failures: [triedNow(`it takes more than ${PATIENCE_SECONDS} s`)] })
    }, LOOK_MS)
    const end = (value: Partial<Fuzzed>): void => {
      clearInterval(timer)
      resolve(value)
    }
    interrupt = () => end({})
    signal.addEventListener("abort", interrupt)
    worker.once("message", (value: Fuzzed) => end(value)) // what fuzz-thread.ts sends
    worker.once("error", (error) => end({ failures: [triedNow(`the thread ended: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)] }))
    worker.once("exit", () => end({ failures: [triedNow("the thread has exited")] }))
  })
  signal.removeEventListener("abort", interrupt)
  await worker.terminate()
  return cameTo(target, { inputs: Atomics.load(state, 0), ...found }, Math.max(1, Math.round((performance.now() - begun) / 1000)))
}

/** What it comes to, after so many seconds; nothing of `failures` if it was interrupted. */
export function cameTo({ name, sources }: Target, { inputs = 0, failures, functions: [reached, all] = [0, 0], blocks = 0, kept = 0 }: Partial<Fuzzed>, seconds: number): Findings {
  const unguided = failures?.length === 0 && all === 0
  return {
    // Time in which nothing was tried shows nothing.
    done: inputs === 0 ? 0 : seconds,
    failures: unguided ? [`${name}: no input comes to ${sources.join(", ")}, so it tries something else than it says`] : (failures ?? []),
    figures: { inputs: inputs.toLocaleString("en"), reached: `${reached} of ${all} functions and ${blocks} blocks of the files in question, by ${kept} inputs` },
  }
}
