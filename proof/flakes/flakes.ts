import type { ChildProcess } from "node:child_process"
import { globSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { Random } from "../../test/support/random.ts"
import { endGroup, scratchFolder, startApart } from "../leftovers.ts"
import type { Attack, Findings, Work } from "../proof.ts"
import type { Failed, Ran } from "./failures-reporter.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const REPORTER = fileURLToPath(new URL("failures-reporter.ts", import.meta.url))
/** Of a hundred rounds so many are of all other tests as well, which take minutes each. */
const ROUNDS_OF_ALL = 3
const ROUNDS = 100
/** Takes a core until whoever has started it is no more. */
const BUSY = "const { ppid } = process; while (process.ppid === ppid) for (let left = 1e7; left > 0; left -= 1);"
/** Folders of tests that open no socket, start no process and wait for no clock but a virtual one or a few milliseconds. */
const IN_VIRTUAL_TIME = /^test\/(?:core|errors|flow|regressions|rules|structures|sweep|sync|tasks|testing)\//

/** How a round is run: a test plants a file that fails now and then. */
export interface Suite {
  readonly folder: string
  readonly files: readonly string[]
}

export const flakes: Attack = async (work) => {
  const all = globSync("test/**/*.test.ts", { cwd: ROOT }).map((file) => file.replaceAll("\\", "/")).sort()
  const virtual = all.filter((file) => IN_VIRTUAL_TIME.test(file))
  const real = all.filter((file) => !IN_VIRTUAL_TIME.test(file))
  const found = await rounds({ folder: ROOT, files: virtual }, work)
  const size = Math.ceil((work.size * ROUNDS_OF_ALL) / ROUNDS)
  const others = await rounds({ folder: ROOT, files: real }, { ...work, size, progress: () => undefined })
  return {
    done: found.done,
    failures: [...found.failures, ...others.failures],
    figures: { "in virtual time": `${virtual.length} files, ${told(found)}`, others: `${real.length} files, ${told(others)}` },
  }
}

type Rounds = Findings & { readonly tests: number }

function told({ done, tests }: Rounds): string {
  return `${done} rounds, ${tests.toLocaleString("en")} tests run`
}

/** Runs all files in each round, in another order each time, beside programs that take every core. */
export async function rounds({ folder, files }: Suite, { size, seed, signal, progress }: Work): Promise<Rounds> {
  const random = new Random(seed)
  const failures: string[] = []
  let done = 0
  let tests = 0
  const stress = Array.from({ length: availableParallelism() }, () => startApart(process.execPath, ["-e", BUSY], { stdio: "ignore" }, signal))
  try {
    while (done < size && !signal.aborted) {
      const { failed, passed } = await round(folder, shuffled(files, random), signal)
      if (signal.aborted) break
      done += 1
      tests += (passed ?? 0) + failed.length
      for (const { file, name, error } of failed) failures.push(`in round ${done} of ${size}: ${relative(folder, file)}: "${name}": ${error.split("\n", 1)[0]}`)
      if (passed === undefined) failures.push(`in round ${done} of ${size} the tests broke off`)
      else if (passed === 0 && failed.length === 0) failures.push(`in round ${done} of ${size} no test has run`)
      progress(done)
    }
  } finally {
    for (const child of stress) endGroup(child)
  }
  return { done, tests, failures }
}

/** The tests of one round, with a folder of their own for what they write; nothing has `passed` if whoever runs them was ended. */
async function round(folder: string, files: readonly string[], signal: AbortSignal): Promise<{ failed: readonly Failed[]; passed: number | undefined }> {
  const { folder: scratch, remove } = scratchFolder("flakes")
  // Variables by which a test knows that it is one make a run within it do nothing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = startApart(
    process.execPath,
    ["--conditions=asyncio-ts:source", "--no-warnings", "--test", `--test-reporter=${REPORTER}`, `--test-concurrency=${availableParallelism()}`, "--test-timeout=600000", ...files],
    { cwd: folder, env: { ...env, TMPDIR: scratch, ASYNCIO_TS_MISSING: join(scratch, "missing") }, stdio: ["ignore", "pipe", "inherit"] },
    signal,
  )
  try {
    const lines = await outputOf(child)
    const told = lines.map((line) => JSON.parse(line) as Failed | Ran) // of the reporter beside this file
    return { failed: told.filter((one) => "error" in one), passed: told.find((one) => "passed" in one)?.passed }
  } finally {
    remove()
  }
}

function outputOf(child: ChildProcess): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = ""
    child.stdout?.setEncoding("utf8").on("data", (data: string) => (text += data))
    child.on("error", reject)
    // What a killed runner has begun to print is no line.
    child.on("close", () => resolve(text.split("\n").slice(0, -1)))
  })
}

function shuffled(files: readonly string[], random: Random): string[] {
  const order = [...files]
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1)
    ;[order[at], order[other]] = [order[other] as string, order[at] as string] // both are in it
  }
  return order
}
