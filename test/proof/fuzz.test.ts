import assert from "node:assert/strict"
import { globSync } from "node:fs"
import { test } from "node:test"
import { CLAIMS } from "../../proof/fuzz/claims.ts"
import { cameTo } from "../../proof/fuzz/fuzz.ts"
import { fuzz } from "../../proof/fuzz/fuzzing.ts"
import { piecesOf, type Target } from "../../proof/fuzz/target.ts"
import { TARGETS } from "../../proof/fuzz/targets.ts"
import { firstSeed } from "../support/random.ts"

const ROOT = new URL("../../", import.meta.url)
/** Inputs of each target beside its corpus; servers and compression take longer. */
const SOME = 64
const SLOW = new Map([["responses", 8], ["requests", 8], ["content-encoding", 8], ["recordings-shown", 16]])

const planted: Target = {
  name: "planted",
  sources: ["test/proof/fuzz.test.ts"],
  tokens: ["\r\n", "\n", "a"],
  samples: ["one\r\ntwo"],
  try(input, cuts) {
    // The defect: of a pair that is cut in two each half ends a line.
    const lines = (pieces: readonly Buffer[]): number => pieces.map((piece) => piece.toString("latin1").split(/\r\n|\r|\n/).length - 1).reduce((sum, count) => sum + count, 0)
    assert.equal(lines(piecesOf(input, cuts)), lines([input]))
  },
}

/** Found soon only by who looks at what was reached: one comparison in the other. */
const hidden: Target = {
  name: "hidden",
  sources: ["test/proof/fuzz.test.ts"],
  tokens: [],
  samples: ["...."],
  try(input) {
    if (input[0] === 0x7f) if (input[1] === 0x80) throw new Error("the door opens")
  },
}

test("every target has a claim, and files that are there to be reached", () => {
  assert.deepEqual(TARGETS.map(({ name }) => name).toSorted(), Object.keys(CLAIMS).toSorted())
  const files = globSync("src/**/*.ts", { cwd: ROOT }).map((file) => file.replaceAll("\\", "/"))
  for (const { name, sources } of TARGETS) {
    assert.ok(sources.length > 0, name)
    assert.deepEqual(sources.filter((source) => !files.some((file) => `/${file}`.endsWith(source))), [], name)
  }
})

for (const target of TARGETS) {
  test(`fuzz-${target.name}: ${CLAIMS[target.name]}`, async (t) => {
    const seed = firstSeed()
    t.diagnostic(`SEED=${seed}`)
    let rounds = 0
    const { failures, inputs } = await fuzz(target, { seed, guided: () => false, round: SLOW.get(target.name) ?? SOME, more: () => rounds++ === 0 })
    assert.deepEqual(failures, [])
    assert.ok(inputs > 0)
  })
}

test("seconds in which no input was tried, or none came to the files in question, do not pass", () => {
  const found = { inputs: 9, failures: [], functions: [1, 2], blocks: 3, kept: 1 } as const
  assert.deepEqual([cameTo(planted, found, 5).done, cameTo(planted, found, 5).failures], [5, []])
  assert.equal(cameTo(planted, { ...found, inputs: 0 }, 5).done, 0)
  assert.match(cameTo(planted, { ...found, functions: [0, 0] }, 5).failures.join(), /^planted: no input comes to test\/proof\/fuzz\.test\.ts/)
  assert.deepEqual(cameTo(planted, { inputs: 9 }, 5).failures, [], "when it was interrupted, nobody knows yet")
})

test("a pair of line ends that is not put together again is found, and made small", async () => {
  const { failures } = await fuzz(planted, { seed: 1, more: (inputs) => inputs < 5000 })
  assert.match(failures[0] ?? "", /^planted: .* cut at \[\d+/s)
})

test("what only a few inputs reach is reached step by step", async () => {
  const { failures } = await fuzz(hidden, { seed: 1, more: (inputs) => inputs < 30_000 })
  assert.match(failures[0] ?? "", /the door opens/)
})

test("the same seed tries the same inputs", async () => {
  const tried = async (): Promise<string[]> => {
    const inputs: string[] = []
    await fuzz({ ...hidden, try: (input) => void inputs.push(input.toString("hex")) }, { seed: 7, guided: () => false, more: (count) => count < 600 })
    return inputs
  }
  assert.deepEqual(await tried(), await tried())
})
