import { parseArgs } from "node:util"
import { CannotRun, type Findings, type Proof } from "./proof.ts"
import { Progress } from "./progress.ts"

const HELP = `usage: npm run proof -- [NAME...] [--size N] [--seed S] [--list]

  NAME      which proofs to run; a part of a name stands for all that begin with it (default: all)
  --size N  how many of what the proof counts, instead of its full size
  --seed S  what is random follows from it: the same seed tries the same again (default: random)
  --list    the proofs with their claims and sizes
  --help    this text

Prints what refutes a claim, with the seed that shows it again, and last of all "N passed, M failed".
A proof that has tried nothing, since its size is too small for it, counts as failed; so does one that cannot be run.
Ctrl-C ends a proof with what it has found so far; once more ends it at once.
Exits with 0 if nothing refutes any, 1 if something does, 2 if it cannot run, 130 on Ctrl-C.`

export const EXIT = { held: 0, refuted: 1, cannotRun: 2, interrupted: 130 } as const

/** What the command is given by who runs it. */
export interface Surroundings {
  readonly proofs: readonly Proof[]
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal
  print(line: string): void
  complain(line: string): void
  /** Writes over the line before, where there is a terminal. */
  readonly overwrite?: ((line: string) => void) | undefined
}

class UsageError extends Error {
  override readonly name = "UsageError"
}

/** Runs the proofs that `argv` names, and gives the exit code. */
export async function command(argv: readonly string[], around: Surroundings): Promise<number> {
  try {
    return await obey(argv, around)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    around.complain(`proof: ${error.message}`)
    return EXIT.cannotRun
  }
}

async function obey(argv: readonly string[], around: Surroundings): Promise<number> {
  const { proofs, size, seed, list, help } = parse(argv, around.proofs)
  if (help) {
    around.print(HELP)
    return EXIT.held
  }
  if (list) {
    around.print(listed(proofs))
    return EXIT.held
  }
  const count = { passed: 0, "passed in part": 0, failed: 0, "could not run": 0 }
  for (const proof of proofs) {
    const outcome = await run(proof, size ?? proof.size, seed, around)
    if (around.signal.aborted) {
      around.print("interrupted")
      return EXIT.interrupted
    }
    count[outcome] += 1
  }
  const parts = Object.entries(count).filter(([outcome, times]) => times > 0 || outcome === "passed" || outcome === "failed")
  around.print(`\n${parts.map(([outcome, times]) => `${times} ${outcome}`).join(", ")}`)
  if (count.failed > 0) return EXIT.refuted
  return count["could not run"] > 0 ? EXIT.cannotRun : EXIT.held
}

type Outcome = "passed" | "passed in part" | "failed" | "could not run"

/** It passes if it has tried something, and nothing refutes it. */
async function run(proof: Proof, size: number, seed: number, around: Surroundings): Promise<Outcome> {
  const { name, unit, atMost = false } = proof
  around.print(`\n${name}: ${atMost ? "at most " : ""}${size.toLocaleString("en")} ${unit}, seed ${seed}, Node ${process.version.slice(1)}`)
  const begun = performance.now()
  const progress = new Progress(size, (line) => around.print(line), around.overwrite)
  let found: Findings
  try {
    const attack = await proof.load()
    found = await attack({ size, seed, signal: around.signal, progress: (done, of) => progress.tell(done, of) })
  } catch (error) {
    progress.clear()
    // What a proof was in the midst of may fail by the interruption itself.
    if (around.signal.aborted) around.print(`  ${progress.done.toLocaleString("en")} ${unit}, and then it was interrupted: nothing is shown`)
    else if (error instanceof CannotRun) around.complain(`proof: ${name} cannot be run: ${error.message}`)
    else around.complain(`proof: ${name} broke off after ${progress.done.toLocaleString("en")} ${unit}, with seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return "could not run"
  }
  progress.clear()
  const { done, failures, untried = [], figures = {} } = found
  for (const failure of failures) around.print(`  REFUTED ${failure}`)
  for (const part of untried) around.print(`  NOT TRIED ${part}`)
  for (const [label, figure] of Object.entries(figures)) around.print(`  ${label}: ${figure}`)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  around.print(`  ${done.toLocaleString("en")} ${unit} in ${seconds} s: ${verdict(found, around.signal.aborted)}`)
  if (failures.length > 0 || done === 0) return "failed"
  return untried.length > 0 ? "passed in part" : "passed"
}

function verdict({ done, failures, untried = [] }: Findings, interrupted: boolean): string {
  if (failures.length > 0) return "refuted"
  if (done > 0 && interrupted) return "nothing refutes it so far"
  if (done > 0) return untried.length > 0 ? "nothing refutes what was tried of it" : "nothing refutes it"
  return interrupted ? "nothing was tried" : "nothing was tried, so nothing is shown; give a greater --size"
}

function listed(proofs: readonly Proof[]): string {
  const width = Math.max(...proofs.map(({ name }) => name.length)) + 2
  return proofs.map(({ name, claim, size, unit, atMost = false }) => `${name.padEnd(width)}${atMost ? "at most " : ""}${size.toLocaleString("en")} ${unit}\n  ${claim}\n`).join("\n")
}

function parse(argv: readonly string[], all: readonly Proof[]): { proofs: readonly Proof[]; size: number | undefined; seed: number; list: boolean; help: boolean } {
  let parsed
  try {
    parsed = parseArgs({
      args: argv.flatMap(joined),
      allowPositionals: true,
      options: { size: { type: "string" }, seed: { type: "string" }, list: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    })
  } catch (error) {
    // Of several lines the first says what is wrong.
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n")
    throw new UsageError(`${why.replace(/\.$/, "")} (--help lists the options)`)
  }
  const { values, positionals } = parsed
  const proofs = positionals.length === 0 ? all : [...new Set(positionals.flatMap((name) => named(name, all)))]
  return {
    proofs,
    size: values.size === undefined ? undefined : whole("--size", values.size),
    seed: values.seed === undefined ? 1 + (Date.now() % 1_000_000) : whole("--seed", values.seed),
    list: values.list,
    help: values.help,
  }
}

/** `--size -1` as `--size=-1`: what begins with a dash would be taken for an option. */
function joined(part: string, at: number, all: readonly string[]): string[] {
  const isNumber = /^-\d/.test(part)
  if (isNumber && /^--(?:size|seed)$/.test(all[at - 1] ?? "")) return []
  return /^--(?:size|seed)$/.test(part) && /^-\d/.test(all[at + 1] ?? "") ? [`${part}=${all[at + 1]}`] : [part]
}

function named(name: string, all: readonly Proof[]): readonly Proof[] {
  const found = all.filter((proof) => proof.name === name || proof.name.startsWith(`${name}-`))
  if (found.length === 0) throw new UsageError(`there is no proof '${name}'; there are ${all.map((proof) => proof.name).join(", ")}`)
  return found
}

function whole(option: string, text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new UsageError(`${option} takes a whole number above 0, such as ${option} 1000, not '${text}'`)
}
