/**
 * Checks the work in a folder, within the process that was started for it.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import type { CheckResult } from "./check-result.ts"
import { ANSWER_FILES, type Exercise } from "./exercise.ts"
import { judgeWork } from "./judge-work.ts"
import { Learner, WorkError } from "./learner.ts"
import { syntaxText, thrownText, unsupportedText } from "./loading-text.ts"
import { nodeWitness } from "./node-witness.ts"

export function checkWork(exercise: Exercise, folder: string): Promise<CheckResult> {
  return judgeWork(exercise, { answers: () => readFileSync(join(folder, ANSWER_FILES[exercise.kind]), "utf8"), load: (file) => load(folder, file) }, nodeWitness)
}

/** @throws WorkError if it cannot be loaded */
async function load(folder: string, file: string): Promise<Learner> {
  try {
    return new Learner((await import(pathToFileURL(join(folder, file)).href)) as Readonly<Record<string, unknown>>, file) // a module is an object of its exports
  } catch (error) {
    throw new WorkError(loadingText(file, error), { cause: error })
  }
}

function loadingText(file: string, error: unknown): string {
  if (!(error instanceof Error)) return thrownText(file, undefined, error)
  const { code } = error as NodeJS.ErrnoException
  const line = /\.ts:(\d+)/.exec(error.stack ?? "")?.[1]
  const [message = ""] = error.message.split("\n").map((text) => text.trim()).filter((text) => text !== "")
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") return unsupportedText(file, message)
  if (error instanceof SyntaxError || code === "ERR_INVALID_TYPESCRIPT_SYNTAX") return syntaxText(file, line, message)
  return thrownText(file, line, error)
}
