import { Coverage } from "../../conformance/coverage.ts"
import { OPERATIONS } from "../../conformance/interpreter.ts"
import { describeFailure } from "../../conformance/report.ts"
import { runScenarios, type Located } from "../../conformance/runner.ts"
import { parseScenario } from "../../conformance/scenario.ts"

/** What came of some attempts. */
export interface Tried {
  /** Programs that were run; the other attempts CPython does not determine. */
  readonly programs: number
  readonly failures: readonly { readonly id: string; readonly told: string }[]
  readonly ones: Uint32Array
  readonly pairs: Uint32Array
}

/** @param text - programs with CPython's traces, one JSON object a line */
export async function tryPart(text: string): Promise<Tried> {
  const lines = text === "" ? [] : text.split("\n")
  const coverage = new Coverage(OPERATIONS)
  const failures: { id: string; told: string }[] = []
  let programs = 0
  await runScenarios(
    lines.map((line): Located => ({ scenario: parseScenario(line), place: "", rerun: "" })),
    "microtask",
    {
      passed: () => void (programs += 1),
      failed(item, failure) {
        programs += 1
        failures.push({ id: item.scenario.id, told: describeFailure(item, failure) })
      },
    },
    undefined,
    false,
    coverage,
  )
  return { programs, failures, ones: coverage.ones, pairs: coverage.pairs }
}
