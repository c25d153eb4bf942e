import { globSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { scratchFolder } from "../leftovers.ts"
import type { Attack } from "../proof.ts"
import { coveredIn, withoutTypes, type Covered } from "./branches.ts"
import { readCounts } from "./counts.ts"
import { EXCEPTIONS, type Exception } from "./exceptions.ts"
import { runTests } from "./run-tests.ts"

const ROOT = new URL("../../", import.meta.url)
const SOURCES = "src/{core,sync,tasks}/*.ts"
/** Those whose subject is the sources above, first. Others use them as well, and reach nothing that these do not. */
const TESTS = ["core", "sync", "tasks", "browser", "regressions", "rules", "testing", "inspect", "upstream", "definitions", "executors"]

/** What is told of one source. */
interface Told {
  readonly file: string
  readonly source: string
  readonly covered: Covered
}

const testFiles = (): string[] =>
  TESTS.flatMap((folder) => globSync(`test/${folder}/**/*.test.ts`, { cwd: ROOT }).map((file) => file.replaceAll("\\", "/")).sort())

export const coverage: Attack = async ({ size, signal, progress }) => {
  const { folder, remove } = scratchFolder("coverage")
  try {
    const reports = join(folder, "reports")
    const scratch = join(folder, "scratch")
    for (const part of [reports, scratch]) mkdirSync(part)
    const all = testFiles()
    const files = all.slice(0, size)
    const { done, failures } = await runTests(files, { reports, scratch }, { signal, progress })
    // What has not been run yet is no gap.
    if (signal.aborted) return { done, failures }
    const { told, processes } = readTold(reports)
    const { gaps, excepted, unused, idle } = judge(told, EXCEPTIONS)
    // What the others run is no gap.
    if (files.length < all.length) return { done, failures, untried: [`whether every line is run: these are ${files.length} of ${all.length} files of tests`], figures: figuresOf(told) }
    return { done, failures: [...failures, ...gaps, ...unused], figures: { ...figuresOf(told), excepted: String(excepted), "exceptions that excuse nothing": idle.join("; ") || "none", "processes counted": String(processes) } }
  } finally {
    remove()
  }
}

function readTold(folder: string): { told: Told[]; processes: number } {
  const sources = new Map(globSync(SOURCES, { cwd: ROOT }).sort().map((file) => [new URL(file.replaceAll("\\", "/"), ROOT).href, readFileSync(new URL(file, ROOT), "utf8")]))
  const lengths = new Map(Array.from(sources, ([url, source]) => [url, source.length]))
  const { counts, processes } = readCounts(folder, lengths)
  const told = Array.from(sources, ([url, source]): Told => {
    const file = fileURLToPath(url).slice(fileURLToPath(ROOT).length).replaceAll("\\", "/")
    return { file, source, covered: coveredIn(withoutTypes(source), counts.get(url) ?? new Float64Array(source.length)) }
  })
  return { told, processes }
}

/** What refutes the claim; exceptions whose code is not there any more, and those that excuse nothing. */
export function judge(told: readonly Told[], exceptions: readonly Exception[]): { gaps: string[]; excepted: number; unused: string[]; idle: string[] } {
  const gaps: string[] = []
  let excepted = 0
  const needed = new Set<Exception>()
  for (const { file, source, covered } of told) {
    const lines = source.split("\n")
    const own = exceptions.filter((exception) => file === `src/${exception.file}`)
    for (const { line, column, what } of covered.gaps) {
      const code = lines[line - 1] ?? ""
      const reasons = own.filter((one) => code.includes(one.code) && (one.what?.includes(what) ?? true))
      for (const reason of reasons) needed.add(reason)
      if (reasons.length > 0) excepted += 1
      else gaps.push(`${file}:${line}:${column} ${what}: ${code.trim()}`)
    }
  }
  const unused = exceptions
    .filter(({ file, code }) => !told.some((one) => one.file === `src/${file}` && one.source.includes(code)))
    .map(({ file, code }) => `src/${file} has no '${code}' any more, for which there is an exception`)
  const idle = exceptions.filter((one) => !needed.has(one)).map(({ file, code }) => `src/${file}: ${code}`)
  return { gaps, excepted, unused, idle }
}

function figuresOf(told: readonly Told[]): Record<string, string> {
  const figures: Record<string, string> = {}
  const sum = { run: 0, lines: 0, taken: 0, ways: 0, both: 0, operators: 0 }
  for (const { file, covered } of told) {
    const { lines, ways, operators } = covered
    figures[file] = `${lines.run} of ${lines.all} lines, ${ways.taken} of ${ways.all} branches`
    sum.run += lines.run
    sum.lines += lines.all
    sum.taken += ways.taken
    sum.ways += ways.all
    sum.both += operators.both
    sum.operators += operators.all
  }
  figures["all of them"] = `${sum.run} of ${sum.lines} lines, ${sum.taken} of ${sum.ways} branches`
  figures["of &&, || and ??"] = `${sum.both} of ${sum.operators} have both gone on and not`
  return figures
}
