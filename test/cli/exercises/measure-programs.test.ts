import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { verdictOf, type Verdict, type VerdictKind } from "asyncio-ts/inspect"

import { Learner } from "#src/cli/exercises/learner.ts"
import { measureProgram } from "#src/cli/exercises/measure-programs.ts"

/** The verdict where the measurements give one after the other, and how many were made. */
async function measured(...kinds: readonly VerdictKind[]): Promise<{ readonly kind: VerdictKind; readonly runs: number }> {
  let runs = 0
  const any = verdictOf({ tasks: [], events: [], dropped: 0 })
  const measure = async (): Promise<Verdict> => ({ ...any, kind: kinds[(runs += 1) - 1] ?? "unknown" })
  const { kind } = await measureProgram(new Learner({}, "program.ts"), measure)
  return { kind, runs }
}

describe("measureProgram", () => {
  it("measures twice where both verdicts mean the same answer", async () => {
    assert.deepEqual(await measured("io", "io"), { kind: "io", runs: 2 })
    assert.deepEqual(await measured("cpu", "starved"), { kind: "starved", runs: 2 })
  })

  it("measures once more where they differ, so that one stall of the machine decides nothing", async () => {
    assert.deepEqual(await measured("cpu", "io", "io"), { kind: "io", runs: 3 })
    assert.deepEqual(await measured("io", "cpu", "io"), { kind: "io", runs: 3 })
    assert.deepEqual(await measured("lock", "io", "lock"), { kind: "lock", runs: 3 })
  })
})
