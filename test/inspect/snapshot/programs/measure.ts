/**
 * Measures on many programs what the tests look at with a few hundred:
 *
 *     node --conditions=asyncio-ts:source test/inspect/snapshot/programs/measure.ts graphs 10000 1
 *     … deadlocks 1000 1
 *     … healthy 10000 1
 *
 * The last number is the first seed. A program that is judged wrong is printed with its seed.
 */
import { Random } from "../../../support/random.ts"
import { freshScenarios } from "../../../../conformance/python.ts"
import { judgeDeadlocks } from "./judge-deadlocks.ts"
import { judgeGraph } from "./judge-graph.ts"
import { judgeHealthy } from "./judge-healthy.ts"

const SHOWN = 5
const [what = "", count = "1000", first = "1"] = process.argv.slice(2)
const measures: Readonly<Record<string, (count: number, first: number) => Promise<Record<string, number>>>> = { graphs, deadlocks, healthy }
const measure = measures[what]
if (measure === undefined) throw new Error(`what to measure is one of ${Object.keys(measures).join(", ")}`)
const from = performance.now()
const figures = await measure(Number(count), Number(first))
console.log(what, { ...figures, seconds: Math.round((performance.now() - from) / 1000) })
process.exit(figures["wrong"] === 0 ? 0 : 1)

async function graphs(count: number, first: number): Promise<Record<string, number>> {
  const sums = { stopped: 0, tooShort: 0, tasks: 0, waiting: 0, wrong: 0 }
  let seed = first
  // Some more, since a few end before they come to where they were to be stopped.
  for await (const { scenario } of freshScenarios({ count: Math.ceil(count * 1.2), seed: `snapshot-${first}`, python: "3.14" }, new AbortController().signal)) {
    const { stopped, tasks, waiting, wrong } = await judgeGraph(scenario, new Random(seed))
    if (stopped) sums.stopped += 1
    else sums.tooShort += 1
    sums.tasks += tasks
    sums.waiting += waiting
    if (wrong.length > 0 && (sums.wrong += 1) <= SHOWN) console.log(`scenario ${scenario.id}, seed ${seed}:`, wrong.join("\n"))
    seed += 1
    if (sums.stopped === count) break
  }
  return sums
}

async function deadlocks(count: number, first: number): Promise<Record<string, number>> {
  const sums = { programs: 0, deadlocks: 0, tasks: 0, wrong: 0 }
  for (let seed = first; seed < first + count; seed += 1) {
    const { program, wrong } = await judgeDeadlocks(new Random(seed))
    sums.programs += 1
    sums.deadlocks += program.labels.length
    sums.tasks += program.labels.reduce((sum, { names }) => sum + names.length, 0)
    if (wrong !== undefined && (sums.wrong += 1) <= SHOWN) console.log(`seed ${seed}:`, wrong)
  }
  return sums
}

async function healthy(count: number, first: number): Promise<Record<string, number>> {
  const sums = { programs: 0, looks: 0, deadlocks: 0, leaks: 0, wrong: 0 }
  for (let seed = first; seed < first + count; seed += 1) {
    const { looks, deadlocks: found, leaks, sick } = await judgeHealthy(new Random(seed))
    sums.programs += 1
    sums.looks += looks
    if (found.length > 0) sums.deadlocks += 1
    if (leaks.length > 0) sums.leaks += 1
    const wrong = sick ?? found[0] ?? leaks[0]
    if (wrong !== undefined && (sums.wrong += 1) <= SHOWN) console.log(`seed ${seed}:`, wrong)
  }
  return sums
}
