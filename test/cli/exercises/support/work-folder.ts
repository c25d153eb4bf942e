/**
 * Folders of learners, checked in the process of the test: only what ends a process needs one of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after } from "node:test"
import { fileURLToPath } from "node:url"

import { checkWork } from "#src/cli/exercises/check-work.ts"
import type { CheckResult } from "#src/cli/exercises/check-result.ts"
import { exerciseCalled } from "#src/cli/exercises/course.ts"
import type { Exercise } from "#src/cli/exercises/exercise.ts"
import { startExercise } from "#src/cli/exercises/exercise-folder.ts"

export const course = fileURLToPath(new URL("../../../../exercises/", import.meta.url))
export const scratch = mkdtempSync(join(tmpdir(), "asyncio-ts-exercises-"))
after(() => rmSync(scratch, { recursive: true }))
let count = 0

// As the process of a check does: such folders are anywhere, and some work has the library only for its types.
registerHooks({
  resolve: (specifier, context, next) => next(specifier, /^asyncio-ts(\/|$)/.test(specifier) ? { ...context, parentURL: import.meta.url } : context),
})
await import("asyncio-ts")

/** A new folder with the files of an exercise, of which some are others. */
export function workFolder(exercise: Exercise, files: Readonly<Record<string, string>> = {}): string {
  // Never the same twice: modules are loaded once.
  const folder = join(scratch, `${exercise.name}-${(count += 1)}`)
  startExercise(exercise, course, folder)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  return folder
}

/** What the check says of an exercise whose files are these. */
export function check(name: string, files: Readonly<Record<string, string>>): Promise<CheckResult> {
  const exercise = exerciseCalled(name)
  if (exercise === undefined) throw new Error(`there is no exercise ${name}`)
  return checkWork(exercise, workFolder(exercise, files))
}
