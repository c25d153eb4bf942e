/** The files of an exercise that a learner writes, as they are given and as its solution has them. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

import { exerciseCalled } from "#src/cli/exercises/course.ts"
import { ANSWER_FILES, type Exercise } from "#src/cli/exercises/exercise.ts"

export const course = join(import.meta.dirname, "../../../exercises")

export function called(name: string): Exercise {
  const exercise = exerciseCalled(name)
  if (exercise === undefined) throw new Error(`there is no exercise ${name}`)
  return exercise
}

export function solutionOf({ name, kind }: Exercise): string {
  return readFileSync(join(course, name, "solution", ANSWER_FILES[kind]), "utf8")
}

export function startOf({ name, kind }: Exercise): string {
  return readFileSync(join(course, name, "start", ANSWER_FILES[kind]), "utf8")
}
