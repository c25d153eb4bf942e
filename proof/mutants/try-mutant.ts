import type { Mutant } from "./sandbox.ts"
import { testsRun, type Coverage } from "./tests-run.ts"

/** What became of a mutant; nobody came by an `uncovered` one. */
export type Fate = "killed" | "timed out" | "survived" | "uncovered" | "interrupted"

export interface Verdict {
  readonly mutant: Mutant
  readonly fate: Fate
  /** The test that noticed it, as far as it is known. */
  readonly by: string
}

/** A mutant is late with so many times the processor time that its tests take without it, */
const PATIENCE = 10
/** and runs away with so many times the times it is come by. */
const OFTEN = 100
/** Seconds of processor time: tests that take less come first, so that their limit is a short one. */
const CHEAP = 0.03

/**
 * Runs the tests that come by `mutant`, those of its own file first, until one notices it.
 *
 * @param coverages - of all test files, those of the mutant's file first
 */
export async function tryMutant(folder: string, mutant: Mutant, coverages: readonly Coverage[], own: readonly string[], signal: AbortSignal): Promise<Verdict> {
  const covering = coverages.filter((coverage) => countIn(coverage, mutant.id) > 0)
  const first = covering.filter(({ file }) => own.includes(file))
  const others = covering.filter(({ file }) => !own.includes(file))
  for (const coverage of [...first.sort(byCost), ...others.sort(byCost)]) {
    for (const tests of stages(coverage, mutant.id)) {
      const { ending, test } = await testsRun({
        folder,
        file: coverage.file,
        tests,
        env: { __STRYKER_ACTIVE_MUTANT__: mutant.id, MUTATION_HITS: String(countIn(coverage, mutant.id) * OFTEN) },
        limit: PATIENCE * costOf(coverage, tests),
        signal,
      })
      const by = `${coverage.file}: ${test}`
      if (ending === "failed") return { mutant, fate: "killed", by }
      if (ending === "late" || ending === "runaway") return { mutant, fate: "timed out", by: by }
      if (ending === "interrupted") return { mutant, fate: "interrupted", by }
    }
  }
  return { mutant, fate: covering.length === 0 ? "uncovered" : "survived", by: "" }
}

function byCost(a: Coverage, b: Coverage): number {
  // What waits for the host can stand still for long, so it comes last.
  return Number(a.file.includes("foreign")) - Number(b.file.includes("foreign")) || costOf(a, []) - costOf(b, [])
}

function countIn(coverage: Coverage, id: string): number {
  return Object.values(coverage.perTest).reduce((sum, test) => sum + (test[id] ?? 0), coverage.static[id] ?? 0)
}

/** The tests that come by a mutant, the cheap ones apart; no names stand for all tests of the file. */
function stages(coverage: Coverage, id: string): (readonly string[])[] {
  const names = Object.keys(coverage.perTest).filter((name) => coverage.perTest[name]?.[id] !== undefined)
  const isCheap = (name: string): boolean => (coverage.costs[name] ?? 0) < CHEAP
  const cheap = names.filter(isCheap)
  const rest = names.filter((name) => !isCheap(name))
  if (coverage.static[id] !== undefined) return cheap.length === 0 ? [[]] : [cheap, []]
  return [cheap, rest].filter((tests) => tests.length > 0)
}

/** Seconds of processor time that these tests of a file take. */
function costOf({ costs, start }: Coverage, tests: readonly string[]): number {
  const those = tests.length === 0 ? Object.values(costs) : tests.map((name) => costs[name] ?? 0)
  return those.reduce((sum, cost) => sum + cost, start)
}
