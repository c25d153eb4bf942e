/**
 * Checks the work in a folder in a process of its own, which may crash or never end.
 */
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { extname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

import type { CheckResult } from "./check-result.ts"
import { ANSWER_FILES, givenFiles, type Exercise } from "./exercise.ts"

// work-process.ts here, work-process.js once it is built.
const PROCESS = fileURLToPath(new URL(`work-process${extname(fileURLToPath(import.meta.url))}`, import.meta.url))
const MEGABYTES = 512
/** What a test runner sets would make a test run of the process. */
const TEST_OPTION = /^--(test|watch|inspect)/

/** What was found; undefined if `signal` ended it. `given` is the folder with the files as they were given. */
export async function runCheck(exercise: Exercise, folder: string, given: string, signal: AbortSignal): Promise<CheckResult | undefined> {
  const answer = ANSWER_FILES[exercise.kind]
  if (!existsSync(join(folder, answer))) return failed(`there is no ${answer} in ${folder}: asyncio-ts exercises start ${exercise.name} NEW-FOLDER gives it anew`)
  const changed = givenFiles(exercise).find((file) => !isSame(join(folder, file), join(given, file)))
  if (changed !== undefined) return failed(`${changed} is not as it was given: asyncio-ts exercises start ${exercise.name} NEW-FOLDER gives it anew`)

  const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-"))
  const file = join(scratch, "result.json")
  try {
    const ended = await processOf([exercise.name, resolve(folder), file], signal)
    if (signal.aborted) return undefined
    // Written by our own process.
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as CheckResult) : failed(`the program crashed its process (${ended}): it may have taken more memory than ${MEGABYTES} MB`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function failed(sentence: string): CheckResult {
  return { passed: false, sentence, details: [] }
}

function isSame(one: string, other: string): boolean {
  return existsSync(one) && readFileSync(one, "utf8").replaceAll("\r\n", "\n") === readFileSync(other, "utf8").replaceAll("\r\n", "\n")
}

/** Runs it to its end; gives how it ended, in words. */
function processOf(args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((settle, reject) => {
    const options = process.execArgv.filter((option) => !TEST_OPTION.test(option))
    const { NODE_TEST_CONTEXT: _reporting, ...env } = process.env
    // Its warnings are told by the check, and what it prints is looked at there.
    const child = spawn(process.execPath, [...options, "--no-warnings", `--max-old-space-size=${MEGABYTES}`, PROCESS, ...args], { stdio: "ignore", env })
    const end = (): void => void child.kill("SIGKILL")
    signal.addEventListener("abort", end)
    if (signal.aborted) end()
    child.on("error", (error) => reject(new Error(`cannot start ${process.execPath}`, { cause: error })))
    child.on("exit", (code, by) => {
      signal.removeEventListener("abort", end)
      settle(by ?? `exit code ${code}`)
    })
  })
}
