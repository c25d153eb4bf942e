import { globSync } from "node:fs"
import { availableParallelism } from "node:os"
import { basename } from "node:path"
import { Random } from "../../test/support/random.ts"
import type { Attack, Findings, Work } from "../proof.ts"
import { EQUIVALENT, type Equivalent } from "./equivalent.ts"
import { sandbox, type Mutant } from "./sandbox.ts"
import { coverageOf, type Coverage } from "./tests-run.ts"
import { tryMutant, type Verdict } from "./try-mutant.ts"

const ROOT = new URL("../../", import.meta.url)
const TASKS = ["task-group", "timeouts", "gather"]
const LEAST = 95

export const mutation: Attack = async (work) => {
  const { tried, all } = await verdicts(work, sources())
  return findings(tried, EQUIVALENT, tried.length === all)
}

function sources(): string[] {
  const sync = globSync("src/sync/*.ts", { cwd: ROOT }).map((file) => file.replaceAll("\\", "/"))
  return [...sync.sort(), ...TASKS.map((name) => `src/tasks/${name}.ts`)]
}

/** All tests on virtual time of these parts. */
function testFiles(): string[] {
  const patterns = ["test/sync/*.test.ts", ...TASKS.map((name) => `test/tasks/${name}*.test.ts`), "test/tasks/wait-for.test.ts", "test/tasks/limited.test.ts", "test/core/wait-words.test.ts"]
  return globSync(patterns, { cwd: ROOT }).map((file) => file.replaceAll("\\", "/")).sort()
}

/** What becomes of the mutants of `files`; of some of them, which follow from the seed, if there are more than the size. */
export async function verdicts({ size, seed, signal, progress }: Work, files: readonly string[], chosen: (mutant: Mutant) => boolean = () => true): Promise<{ tried: Verdict[]; all: number }> {
  const tests = testFiles()
  const { folder, mutants, remove } = await sandbox(files, tests, signal)
  try {
    const coverages: Coverage[] = []
    await inParallel(tests, async (file) => void coverages.push(await coverageOf(folder, file, signal)))
    const left = some(mutants.filter(chosen), size, seed)
    const tried: Verdict[] = []
    await inParallel(left, async (mutant) => {
      if (signal.aborted) return
      const own = coverages.map(({ file }) => file).filter((file) => isOwn(file, mutant.file))
      const verdict = await tryMutant(folder, mutant, coverages, own, signal)
      if (verdict.fate !== "interrupted") tried.push(verdict)
      progress(tried.length, left.length)
    })
    return { tried: tried.sort((a, b) => Number(a.mutant.id) - Number(b.mutant.id)), all: mutants.length }
  } finally {
    remove()
  }
}

function isOwn(test: string, source: string): boolean {
  return test.startsWith(`test/${source.slice("src/".length, -".ts".length)}`) || basename(source) === "primitive-words.ts" && test === "test/sync/primitive.test.ts"
}

async function inParallel<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = list[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const one of left) await work(one)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

function some(mutants: readonly Mutant[], size: number, seed: number): readonly Mutant[] {
  if (mutants.length <= size) return mutants
  const random = new Random(seed)
  const left = [...mutants]
  return Array.from({ length: size }, () => left.splice(random.below(left.length), 1)).flat()
}

/**
 * What the verdicts come to.
 *
 * @param all - whether there is one for every mutant
 */
export function findings(tried: readonly Verdict[], equivalents: readonly Equivalent[], all: boolean): Findings {
  const failures: string[] = []
  const figures: Record<string, string> = {}
  const alive = tried.filter(lives)
  const excused = alive.filter(({ mutant }) => equivalents.some((known) => isSame(known, mutant)))
  const survivors = alive.filter((verdict) => !excused.includes(verdict))
  for (const known of equivalents) {
    const found = tried.filter(({ mutant }) => isSame(known, mutant))
    if (found.some((verdict) => !lives(verdict))) failures.push(`a test notices what is said to be equivalent: ${nameOf(known)}`)
    else if (all && found.length === 0) failures.push(`no mutant is this equivalent any more: ${nameOf(known)}`)
  }
  for (const file of new Set(tried.map(({ mutant }) => mutant.file))) {
    figures[file] = summary(tried.filter(({ mutant }) => mutant.file === file), excused)
  }
  figures["all"] = summary(tried, excused)
  survivors.forEach(({ mutant, fate }, at) => {
    figures[`not noticed, ${at + 1}`] = `${mutant.file}:${mutant.line} ${mutant.mutator} ${mutant.original} -> ${mutant.replacement}${fate === "uncovered" ? " (no test comes by)" : ""}`
  })
  const score = percent(tried.length - alive.length, tried.length - excused.length)
  if (score < LEAST) failures.unshift(`tests notice ${score.toFixed(1)} % of the mutants, ${LEAST} % are claimed`)
  return { done: tried.length, failures, figures }
}

function lives({ fate }: Verdict): boolean {
  return fate === "survived" || fate === "uncovered"
}

function isSame(known: Equivalent, mutant: Mutant): boolean {
  return (["file", "text", "column", "original", "replacement"] as const).every((part) => known[part] === mutant[part])
}

function nameOf({ file, text, replacement }: Equivalent): string {
  return `${file}: ${text} -> ${replacement}`
}

function summary(tried: readonly Verdict[], excused: readonly Verdict[]): string {
  const count = (fate: Verdict["fate"]): number => tried.filter((verdict) => verdict.fate === fate).length
  const noticed = count("killed") + count("timed out")
  const equivalent = tried.filter((verdict) => excused.includes(verdict)).length
  const rest = tried.length - noticed - equivalent
  return [
    `${tried.length} mutants, ${count("killed")} killed, ${count("timed out")} timed out, ${rest} survived, ${equivalent} equivalent`,
    `${percent(noticed, tried.length - equivalent).toFixed(1)} %, ${percent(noticed, tried.length).toFixed(1)} % with the equivalent ones`,
  ].join(": ")
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : (100 * part) / whole
}
