// node run-tests.mjs FILE: runs a test file in this process, with the mutant of the environment switched
// on. Without one, writes to MUTATION_COVERAGE which test comes by which mutant, how often, and what it costs.
import { writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { afterEach, beforeEach } from "node:test"
import { pathToFileURL } from "node:url"

/** Milliseconds: what needs so long without using up its processor time waits for what never comes. */
const STANDSTILL = 30_000
const STANDS_STILL = 4

const [file = ""] = process.argv.slice(2)
const { MUTATION_COVERAGE: coverage, MUTATION_HITS: hits } = process.env
/** What Stryker's switches look at. */
const state = (globalThis.__stryker__ = {})

if (coverage !== undefined) {
  /** Seconds of processor time, by test. */
  const costs = {}
  let begun = 0
  beforeEach((t) => {
    state.currentTestId = t.name
    begun = seconds()
  })
  afterEach((t) => {
    costs[t.name] = (costs[t.name] ?? 0) + seconds() - begun
    state.currentTestId = undefined
  })
  process.on("exit", () => {
    const start = seconds() - Object.values(costs).reduce((sum, cost) => sum + cost, 0)
    writeFileSync(coverage, JSON.stringify({ static: {}, perTest: {}, ...state.mutantCoverage, costs, start }))
  })
} else if (hits !== undefined) {
  // A switch that is come by more often than this throws, so that an endless loop ends.
  state.hitCount = 0
  state.hitLimit = Number(hits)
  setTimeout(() => process.exit(STANDS_STILL), STANDSTILL).unref()
}
await import(pathToFileURL(resolve(file)).href)

function seconds() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
