import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { findings } from "../../proof/mutants/mutation.ts"
import type { Mutant } from "../../proof/mutants/sandbox.ts"
import { coverageOf } from "../../proof/mutants/tests-run.ts"
import { tryMutant, type Fate, type Verdict } from "../../proof/mutants/try-mutant.ts"

const MUTANT: Mutant = { id: "0", file: "src/a.ts", mutator: "BooleanLiteral", line: 3, text: "return true", column: 7, original: "true", replacement: "false" }

function verdict(fate: Fate, text = "return true"): Verdict {
  return { mutant: { ...MUTANT, text }, fate, by: "" }
}

const score = (...parts: [number, Fate][]): Verdict[] => parts.flatMap(([count, fate]) => Array.from({ length: count }, () => verdict(fate, `a ${fate} one`)))

test("the claim is refuted when less than 95 % of the mutants are noticed, and those that no test comes by are not", () => {
  assert.deepEqual(findings(score([18, "killed"], [1, "timed out"], [1, "survived"]), [], true).failures, [])
  for (const fate of ["survived", "uncovered"] as const) {
    assert.deepEqual(findings(score([18, "killed"], [2, fate]), [], true).failures, ["tests notice 90.0 % of the mutants, 95 % are claimed"])
  }
})

test("a mutant that is known to be equivalent is counted apart, and the score is told with and without it", () => {
  const why = "nobody can tell"
  const tried = [...score([8, "killed"], [1, "survived"]), verdict("survived")]
  const { failures, figures } = findings(tried, [{ ...MUTANT, why }], true)
  assert.deepEqual(failures, ["tests notice 88.9 % of the mutants, 95 % are claimed"])
  assert.equal(figures?.["all"], "10 mutants, 8 killed, 0 timed out, 1 survived, 1 equivalent: 88.9 %, 80.0 % with the equivalent ones")
})

test("what is said to be equivalent and is noticed, or is no mutant any more, refutes the list", () => {
  const known = { ...MUTANT, why: "nobody can tell" }
  assert.match(findings([verdict("killed")], [known], true).failures.join(), /^a test notices what is said to be equivalent: src\/a\.ts: return true -> false$/)
  assert.match(findings([verdict("killed", "other")], [known], true).failures.join(), /^no mutant is this equivalent any more/)
  assert.deepEqual(findings([verdict("killed", "other")], [known], false).failures, [], "with some of the mutants only")
})

/** As Stryker writes it: mutant 1 is noticed, 2 is not, 3 never ends, nobody comes by 4. */
const TESTS = `
import assert from "node:assert/strict"
import { test } from "node:test"
const state = globalThis.__stryker__
state.activeMutant = process.env.__STRYKER_ACTIVE_MUTANT__
const is = (id) => state.activeMutant === id && (++state.hitCount > state.hitLimit ? assert.fail("too often") : true)
const come = (id) => {
  state.mutantCoverage ??= { static: {}, perTest: {} }
  const test = (state.mutantCoverage.perTest[state.currentTestId] ??= {})
  test[id] = (test[id] ?? 0) + 1
}
test("sum", () => { come("1"); assert.equal(is("1") ? 1 - 1 : 1 + 1, 2) })
test("no promise", () => { come("2"); is("2") })
test("end", () => { come("3"); for (let i = 0; is("3") || i < 2; i += 1); })
`

test("a mutant that a test notices is told from one that no test does, from one that never ends, and from one that nobody comes by", async () => {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-mutation-test-"))
  try {
    mkdirSync(join(folder, "bundled"))
    writeFileSync(join(folder, "bundled", "a.test.mjs"), TESTS)
    const { signal } = new AbortController()
    const coverage = await coverageOf(folder, "a.test.ts", signal)
    const tried = await Promise.all(["1", "2", "3", "4"].map((id) => tryMutant(folder, { ...MUTANT, id }, [coverage], [], signal)))
    assert.deepEqual(tried.map(({ fate, by }) => [fate, by]), [
      ["killed", "a.test.ts: sum"],
      ["survived", ""],
      ["timed out", "a.test.ts: end"],
      ["uncovered", ""],
    ])
    // No test has noticed anything where the tests could not be run.
    writeFileSync(join(folder, "bundled", "broken.test.mjs"), "process.exit(12)")
    await assert.rejects(tryMutant(folder, { ...MUTANT, id: "1" }, [{ ...coverage, file: "broken.test.ts" }], [], signal), /broken\.test\.ts could not be run: exit code 12/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
