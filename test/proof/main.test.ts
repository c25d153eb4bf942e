import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { command, type Surroundings } from "../../proof/command.ts"
import { CannotRun, type Attack, type Proof } from "../../proof/proof.ts"
import { Progress } from "../../proof/progress.ts"
import { PROOFS } from "../../proof/proofs.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))

function proof(name: string, run: Attack): Proof {
  return { name, claim: `There is ${name}.`, unit: "tries", size: 1000, load: async () => run }
}

const everything: Attack = async ({ size }) => ({ done: size, failures: [] })
const holds = proof("what-holds", everything)
const fails = proof("what-fails", async ({ size, seed }) => ({ done: size, failures: [`seed ${seed}`], figures: { most: "3" } }))
const tries = proof("lazy", async ({ size }) => ({ done: size - (size % 100), failures: [] }))

interface Said {
  readonly code: number
  readonly lines: string
  readonly complaints: string
}

async function said(argv: readonly string[], proofs: readonly Proof[], signal = new AbortController().signal): Promise<Said> {
  const lines: string[] = []
  const complaints: string[] = []
  const around: Surroundings = { proofs, signal, print: (line) => void lines.push(line), complain: (line) => void complaints.push(line) }
  const code = await command(argv, around)
  return { code, lines: lines.join("\n"), complaints: complaints.join("\n") }
}

test("what is tried and not refuted passes; what refutes it is told with the seed", async () => {
  const { code, lines } = await said(["--seed", "7", "--size", "2000"], [holds, fails])
  assert.equal(code, 1)
  assert.match(lines, /what-holds: 2,000 tries, seed 7, [^]*2,000 tries in .* s: nothing refutes it\n/)
  assert.match(lines, /REFUTED seed 7\n {2}most: 3\n {2}2,000 tries in .* s: refuted\n\n1 passed, 1 failed$/)
  assert.equal((await said(["what-holds"], [holds, fails])).code, 0)
})

test("a proof that has tried nothing does not pass", async () => {
  const { code, lines } = await said(["lazy", "--size", "50"], [tries])
  assert.equal(code, 1)
  assert.match(lines, /0 tries in .* s: nothing was tried, so nothing is shown; give a greater --size\n\n0 passed, 1 failed$/)
  assert.doesNotMatch(lines, /nothing refutes/)
})

test("a part of a name stands for all that begin with it, and each is run once", async () => {
  const { code, lines } = await said(["what", "what-holds"], [holds, tries, proof("whatever", everything)])
  assert.equal(code, 0)
  assert.match(lines, /\n1 passed, 0 failed$/)
})

test("what it does not understand is one sentence, and exit code 2", async () => {
  for (const [argv, complaint] of [
    [["none"], "proof: there is no proof 'none'; there are what-holds"],
    [["--size", "0"], "proof: --size takes a whole number above 0, such as --size 1000, not '0'"],
    [["--seed", "-1"], "proof: --seed takes a whole number above 0, such as --seed 1000, not '-1'"],
    [["--size", "many"], "proof: --size takes a whole number above 0, such as --size 1000, not 'many'"],
    [["--size"], /^proof: .*--size.*$/],
    [["--sise", "1"], /^proof: .*--sise/],
  ] as const) {
    const { code, lines, complaints } = await said(argv, [holds])
    assert.deepEqual([code, lines], [2, ""])
    if (typeof complaint === "string") assert.equal(complaints, complaint)
    else assert.match(complaints, complaint)
  }
})

test("Ctrl-C ends it with what it has found so far, and no proof is begun after it", async () => {
  const controller = new AbortController()
  const interrupted = proof("long", async ({ signal }) => {
    controller.abort()
    assert.ok(signal.aborted)
    return { done: 3, failures: [] }
  })
  const { code, lines } = await said([], [interrupted, fails], controller.signal)
  assert.equal(code, 130)
  assert.match(lines, /3 tries in .* s: nothing refutes it so far\ninterrupted$/)
})

test("what a proof throws once it is interrupted is no failure; before, it is", async () => {
  const controller = new AbortController()
  const cut = proof("cut", async () => {
    controller.abort()
    throw new Error("a process was ended")
  })
  assert.equal((await said([], [cut], controller.signal)).code, 130)
  const broken = proof("broken", () => Promise.reject(new Error("it broke")))
  const { code, lines, complaints } = await said(["--seed", "5"], [broken, holds])
  assert.equal(code, 2)
  assert.match(complaints, /^proof: broken broke off after 0 tries, with seed 5: Error: it broke\n {4}at /)
  assert.match(lines, /\n1 passed, 0 failed, 1 could not run$/)
})

test("a proof that needs what is not there is one sentence, and exit code 2; a part that cannot be tried is told", async () => {
  const lacking = proof("lacking", () => Promise.reject(new CannotRun("there is no Python here: install it")))
  const { code, complaints } = await said([], [lacking])
  assert.deepEqual([code, complaints], [2, "proof: lacking cannot be run: there is no Python here: install it"])
  assert.equal((await said([], [lacking, fails])).code, 1)
  const partly = proof("partly", async () => ({ done: 1, failures: [], untried: ["on Deno, which is not installed"] }))
  const { lines } = await said([], [partly])
  assert.match(lines, /NOT TRIED on Deno, which is not installed\n.*: nothing refutes what was tried of it\n\n0 passed, 1 passed in part, 0 failed$/)
})

test("how far it is stands over the line before with what is left, and else in ever fewer lines", () => {
  let now = 0
  const over: string[] = []
  const terminal = new Progress(100, () => assert.fail("a line that stays"), (line) => over.push(line), () => now)
  for (; now <= 4000; now += 100) terminal.tell(now / 100)
  assert.equal(over.length, 20)
  assert.equal(over[0], "  2 of 100")
  assert.equal(over.at(-1), "  40 of 100, about 6 s left")
  terminal.clear()
  assert.equal(over.at(-1), "")
  const lines: string[] = []
  now = 0
  const pipe = new Progress(1000, (line) => lines.push(line), undefined, () => now)
  for (; now <= 24 * 3_600_000; now += 10_000) pipe.tell(now / 1e5, 900)
  assert.ok(lines.length < 14, `${lines.length} lines in a day`)
  assert.match(lines[0] ?? "", /^ {2}0\.3 of 900, about 25 h left$/)
})

test("all proofs have a name, a claim that is a sentence, a unit and a size of their own", () => {
  assert.equal(new Set(PROOFS.map(({ name }) => name)).size, PROOFS.length)
  for (const { name, claim, unit, size } of PROOFS) {
    assert.match(name, /^[a-z][a-z0-9.-]*$/)
    assert.match(claim, /^[A-Z].*\.$/s, name)
    assert.match(unit, /^[a-z]/, name)
    assert.ok(Number.isSafeInteger(size) && size > 0, name)
  }
})

test("Ctrl-C at a proof that is runs of the library ends the command in order", { skip: process.platform === "win32" }, async () => {
  // Once the first line is there, something is being tried.
  const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", "proof/main.ts", "linearizable-lock"], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] })
  let told = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (told === "") child.kill("SIGINT")
    told += text
  })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => child.on("close", (...ended) => resolve(ended)))
  assert.deepEqual([code, signal], [130, null])
  assert.match(told, /histories in .* s: nothing[^]*\ninterrupted\n$/)
})
