// Measures what the analysis promises: `figures.ts paths|savings|verdicts [FIRST SEED] [COUNT]`.
//
//   node --conditions=asyncio-ts:source test/inspect/analysis/programs/figures.ts verdicts 10000 300
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

import * as asyncio from "asyncio-ts"
import { Recorder } from "asyncio-ts/inspect"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"

import { recordCollections } from "#src/inspect/analysis/collections-node.ts"
import { adviseOn } from "#src/inspect/analysis/advice.ts"
import { verdictOf } from "#src/inspect/analysis/verdict.ts"
import type { Recording } from "#src/inspect/recording.ts"
import { Random } from "../../../support/random.ts"
import { expectedPath, makeProgram, runProgram, samePath, sleptIn } from "../dag-programs.ts"
import { makeRowProgram, runRowProgram } from "../row-programs.ts"
import { LABELS, makeSurroundings, makeWorkload } from "../workloads.ts"

const [what = "", first = "1", count = ""] = process.argv.slice(2)

function numbers(seed: number): () => number {
  const random = new Random(seed)
  return () => random.below(1_000_000) / 1_000_000
}

async function recorded(run: () => Promise<unknown>): Promise<Recording> {
  const recorder = new Recorder({ capacity: 262_144, exact: true }).start()
  const endCollections = recordCollections(recorder)
  try {
    await run()
  } finally {
    endCollections()
    recorder.stop()
  }
  return recorder.recording()
}

async function paths(programs: number): Promise<void> {
  let exact = 0
  let segments = 0
  let switches = 0
  for (let seed = Number(first); seed < Number(first) + programs; seed += 1) {
    const program = makeProgram(numbers(seed), 40)
    const recording = await recorded(() => runVirtual(runProgram(program), { name: "0" }))
    const found = sleptIn(recording)
    const expected = expectedPath(program)
    if (found !== undefined && samePath(found, expected)) exact += 1
    else console.log(`seed ${seed}: ${found?.length ?? "no"} segments found, ${expected.length} expected`)
    segments += expected.length
    switches += expected.filter(({ task }, n) => n > 0 && task !== expected[n - 1]?.task).length
  }
  console.log(`critical path: ${exact} of ${programs} exact, from seed ${first}; ${segments} segments, ${switches} changes of task`)
}

async function savings(programs: number): Promise<void> {
  for (const real of [false, true]) {
    let right = 0
    let told = 0
    let worst = 0
    const tried = real ? Math.ceil(programs / 5) : programs
    for (let seed = Number(first); seed < Number(first) + tried; seed += 1) {
      const program = makeRowProgram(numbers(seed))
      const run = async (together: boolean): Promise<number> => {
        if (real) {
          const from = performance.now()
          await asyncio.run(runRowProgram(program, together))
          return (performance.now() - from) / 1000
        }
        const clock = new VirtualClock()
        await runVirtual(runRowProgram(program, together), { clock })
        return clock.time()
      }
      let now = 0
      const recording = await recorded(async () => (now = await run(false)))
      const then = await run(true)
      const [advice] = adviseOn(recording).filter(({ id }) => id === "awaits-in-a-row")
      const off = Math.abs((advice?.predicted ?? now) - then) / then
      worst = Math.max(worst, off)
      if (advice !== undefined) told += 1
      if (off <= 0.05) right += 1
      else console.log(`seed ${seed}: ${advice?.predicted ?? now} s predicted, ${then} s taken`)
    }
    console.log(`savings on ${real ? "real" : "virtual"} time: ${right} of ${tried} within 5 %, from seed ${first}; ${told} with advice, worst ${(worst * 100).toFixed(2)} %`)
  }
}

async function verdicts(workloads: number): Promise<void> {
  setFlagsFromString("--expose-gc")
  const collect = runInNewContext("gc") as () => void // that is what the flag makes
  const surroundings = await makeSurroundings()
  const matrix = new Map<string, number>()
  let right = 0
  try {
    for (let seed = Number(first); seed < Number(first) + workloads; seed += 1) {
      const label = LABELS[seed % LABELS.length] ?? "io"
      const workload = makeWorkload(label, numbers(seed), surroundings)
      collect()
      const recording = await recorded(async () => {
        await asyncio.run(workload.main)
        // Collections are told a while later.
        await new Promise((resolve) => setTimeout(resolve, 20))
      })
      const verdict = verdictOf(recording)
      matrix.set(`${label} ${verdict.kind}`, (matrix.get(`${label} ${verdict.kind}`) ?? 0) + 1)
      if (verdict.kind === label) right += 1
      else console.log(`seed ${seed}: ${label} ${JSON.stringify(workload.drawn)} ${JSON.stringify(verdict.shares)} ${verdict.text}`)
    }
  } finally {
    await surroundings.close()
  }
  console.log(`verdicts: ${right} of ${workloads} right, from seed ${first}`)
  const columns = [...LABELS, "unknown"]
  console.log(["".padEnd(10), ...columns.map((name) => name.padStart(10))].join(""))
  for (const label of LABELS) console.log([label.padEnd(10), ...columns.map((name) => String(matrix.get(`${label} ${name}`) ?? 0).padStart(10))].join(""))
}

if (what === "paths") await paths(Number(count === "" ? 1000 : count))
else if (what === "savings") await savings(Number(count === "" ? 100 : count))
else if (what === "verdicts") await verdicts(Number(count === "" ? 300 : count))
else console.error("measure what: paths, savings or verdicts?")
