/**
 * Puts known bugs back, each alone into a copy of the sources, and explores the programs of
 * families.ts with it: how many runs does it take until one fails?
 *
 *   node --conditions=asyncio-ts:source test/testing/explore/put-back.ts [NUMBER]...
 */
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Bug } from "../../regressions/bugs/bug.ts"
import { families } from "./families.ts"

const ROOT = fileURLToPath(new URL("../../../", import.meta.url))
const RUNS = Number(process.env["RUNS"] ?? 3000)
const LIMIT_MS = 120_000
const FILES = [...new Set(families.map(({ bugs }) => bugs))]

/** Run in a copy: explores the families of a file, and prints what each strategy found. */
const SEARCH = `
import { explore, ExplorationFailure } from "asyncio-ts/testing"
import { families } from "./families.ts"
for (const strategy of ["random", "pct"]) {
  let found
  for (const { name, bugs, options, program } of families) {
    if (bugs !== process.argv[2]) continue
    try {
      await explore(program, { ...options, strategy, runs: ${RUNS} })
    } catch (error) {
      if (!(error instanceof ExplorationFailure)) throw error
      const { runs, size, schedule, kind, story } = error
      const steps = story.split("\\n").filter((line) => /^[* ] +\\d/.test(line)).length
      if (found === undefined || runs < found.runs) found = { family: name, runs, kind, size, schedule, steps }
    }
  }
  console.log(JSON.stringify({ strategy, ...found }))
}
`

interface Found {
  readonly strategy: string
  readonly family?: string
  readonly runs?: number
  readonly kind?: string
  readonly size?: number
  readonly schedule?: string
  readonly steps?: number
}

const wanted = new Set(process.argv.slice(2).map(Number))
const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-explore-"))
let found = 0
let all = 0
try {
  for (const file of FILES) {
    const { bugs } = (await import(`../../regressions/bugs/${file}.ts`)) as { bugs: readonly Bug[] } // as each of these files has it
    for (const bug of bugs) {
      if (wanted.size > 0 && !wanted.has(bug.number)) continue
      all += 1
      const outcome = search(file, bug)
      if (outcome.some(({ runs }) => runs !== undefined)) found += 1
      console.log(`${String(bug.number).padStart(2)} ${bug.test}\n     ${outcome.map(words).join("\n     ")}`)
    }
  }
  console.log(`\n${found} of ${all} found within ${RUNS} runs of each program`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function search(file: string, bug: Bug): Found[] {
  const folder = join(scratch, "copy")
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, "test/testing/explore"), { recursive: true })
  cpSync(join(ROOT, "src"), join(folder, "src"), { recursive: true })
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"))
  cpSync(join(ROOT, "test/testing/explore/families.ts"), join(folder, "test/testing/explore/families.ts"))
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction")
  for (const { file: source, find, replace } of bug.edits) {
    const path = join(folder, source)
    const parts = readFileSync(path, "utf8").split(find)
    if (parts.length !== 2) return [{ strategy: "the source has moved on" }]
    writeFileSync(path, parts.join(replace))
  }
  const program = join(folder, "test/testing/explore/search.ts")
  writeFileSync(program, SEARCH)
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=asyncio-ts:source", program, file], { encoding: "utf8", timeout: LIMIT_MS })
  const lines = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Found) // as SEARCH prints
  return lines.length > 0 ? lines : [{ strategy: `it does not run: ${stderr.slice(0, 200)}` }]
}

function words({ strategy, family, runs, kind, size, schedule, steps }: Found): string {
  if (runs === undefined) return `${strategy}: not found`
  return `${strategy}: run ${runs} of ${family} (${kind}), story of ${steps} lines, ${size} choices: ${schedule}`
}
