/**
 * `npm run bench -- [NAME…] [--json] [--rounds N] [--quick]`
 *
 * Measures asyncio-ts beside its peers. README.md says what the figures mean.
 */

import { spawnSync } from "node:child_process"
import { availableParallelism, cpus, loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { type Bench, benches, shrunk } from "./benches.ts"
import { endChildren, environment } from "./child.ts"
import { FAULTS, type FaultReport, faultsTable, runFaults } from "./faults.ts"
import { type Measured, measure } from "./measure.ts"
import { findSubjects } from "./subjects.ts"
import { benchTable, closingLine } from "./table.ts"

const usage = `usage: npm run bench -- [NAME…] [--json] [--rounds N] [--quick]

  NAME        ${[...benches.map(({ name }) => name), FAULTS].join(", ")}; all of them without one
  --json      the figures as JSON on standard output, nothing else there
  --rounds N  how often each subject is run; the median counts (3)
  --quick     a tenth of the work and one round: a look, not a measurement
`

const limitSeconds = 120

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    endChildren()
    process.kill(process.pid, signal)
  })
}
process.once("exit", endChildren)
process.exitCode = await main()

async function main(): Promise<number> {
  const options = readOptions()
  if (typeof options === "string") {
    process.stderr.write(`${options}\n\n${usage}`)
    return 2
  }
  if (options.help) {
    process.stdout.write(usage)
    return 0
  }

  const built = spawnSync(process.execPath, [fileURLToPath(new URL("../tools/build.mjs", import.meta.url))], { stdio: ["ignore", "ignore", "inherit"] })
  if (built.status !== 0) {
    process.stderr.write("the package cannot be built; `npm run build` says why\n")
    return 1
  }
  const subjects = findSubjects()
  const all: { bench: Bench; measured: Measured[] }[] = []
  if (!options.json) process.stdout.write(`${preface(options)}\n\n`)
  for (const bench of options.benches) {
    const { rounds } = options
    const measured = await measure(bench, subjects, { rounds, limitSeconds, onProgress })
    onProgress("")
    all.push({ bench, measured })
    if (!options.json) process.stdout.write(`${benchTable(bench, measured)}\n`)
  }

  const faults = options.faults ? runFaults(environment, onProgress) : []
  onProgress("")
  if (options.faults && !options.json) process.stdout.write(`${faultsTable(faults)}\n`)

  const figures = all.flatMap(({ measured }) => measured)
  if (options.json) writeJson(figures, faults)
  else if (all.length > 0) process.stdout.write(`${closingLine(all)}\n`)
  return figures.some((entry) => "failed" in entry && entry.failed) ? 1 : 0
}

interface Options {
  readonly benches: readonly Bench[]
  readonly faults: boolean
  readonly json: boolean
  readonly rounds: number
  readonly quick: boolean
  readonly help: boolean
}

/** The options, or what is wrong with them. */
function readOptions(): Options | string {
  try {
    return checkedOptions()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function checkedOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  })
  const unknown = positionals.find((name) => name !== FAULTS && !benches.some((bench) => bench.name === name))
  if (unknown !== undefined) throw new RangeError(`no bench "${unknown}"`)
  const rounds = values.rounds === undefined ? (values.quick ? 1 : 3) : Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError("--rounds takes a whole number from 1")
  }
  const chosen = benches.filter(
    ({ name, with: other }) => positionals.length === 0 || positionals.includes(name) || (other !== undefined && positionals.includes(other)),
  )
  return {
    benches: values.quick ? chosen.map(shrunk) : chosen,
    faults: positionals.length === 0 || positionals.includes(FAULTS),
    json: values.json,
    rounds,
    quick: values.quick,
    help: values.help,
  }
}

function preface({ quick, rounds }: Options): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor"
  const load = loadavg()[0] ?? 0
  const lines = [
    `${availableParallelism()} × ${model}, Node ${process.versions.node}, rounds: ${rounds}`,
  ]
  if (quick) lines.push("A tenth of the work that is named: a look, not a measurement.")
  if (load > availableParallelism() / 2) {
    lines.push(`The machine is busy (load ${load.toFixed(1)}): trust no figure, and ratios little.`)
  }
  return lines.join("\n")
}

function writeJson(figures: readonly Measured[], faults: readonly FaultReport[]): void {
  const results = figures.flatMap((entry) => {
    if (!("usPerOp" in entry)) {
      process.stderr.write(`${entry.bench.name}: ${entry.subject}: ${entry.missing}\n`)
      return []
    }
    const { bench, subject, version, usPerOp, peakRssMb } = entry
    return [
      { bench: bench.name, subject, version, usPerOp, ...(peakRssMb !== undefined && { peakRssMb }) },
    ]
  })
  process.stdout.write(`${JSON.stringify({ results, ...(faults.length > 0 && { faults }) }, null, 2)}\n`)
}

/** Shows what is being measured, where someone looks on; an empty text clears it. */
function onProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}
