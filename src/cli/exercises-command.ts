/**
 * `asyncio-ts exercises`: a course in the terminal.
 */
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { UsageError } from "./arguments.ts"
import { COURSE } from "./exercises/course.ts"
import { OBJECTIVES, type Exercise } from "./exercises/exercise.ts"
import { doneFrom, exerciseIn, save, startExercise } from "./exercises/exercise-folder.ts"
import { EXERCISES_HELP, parseExercises } from "./exercises/exercises-arguments.ts"
import { runCheck } from "./exercises/run-check.ts"
import { Interruption } from "./interruption.ts"

const NOT_YET = 1
const CANNOT = 1
/** In the package, beside src/ and dist/. */
const FOLDER = fileURLToPath(new URL("../../exercises/", import.meta.url))
const TRACKS = { main: "the main track", advanced: "the advanced track", remedial: "smaller steps, with sleeps alone" } as const

/** @throws UsageError */
export async function exercisesCommand(argv: readonly string[]): Promise<number> {
  const command = parseExercises(argv)
  if (command === "help") {
    console.log(EXERCISES_HELP)
    return 0
  }
  const { json } = command
  switch (command.action) {
    case "list":
      console.log(json ? JSON.stringify(listed()) : listText())
      return 0
    case "start": {
      const { exercise, folder } = command
      const files = started(exercise, folder)
      if (typeof files === "string") {
        console.error(`asyncio-ts: cannot put ${exercise.name} into ${folder}: ${files}`)
        return CANNOT
      }
      console.log(json ? JSON.stringify({ exercise: exercise.name, folder, files }) : startText(exercise, folder, files))
      return 0
    }
    case "check":
      return check(command.folder, json)
    case "hint": {
      const { exercise, progress } = exerciseIn(command.folder)
      const at = Math.min(progress.hints, exercise.hints.length - 1)
      save(command.folder, { ...progress, hints: at + 1 })
      const hint = exercise.hints[at] ?? exercise.hints[0]
      console.log(json ? JSON.stringify({ exercise: exercise.name, hint, number: at + 1, of: exercise.hints.length }) : `hint ${at + 1} of ${exercise.hints.length}: ${hint}`)
      return 0
    }
  }
}

/** The files of the exercise; or why they cannot be written. @throws UsageError */
function started(exercise: Exercise, folder: string): readonly string[] | string {
  try {
    return startExercise(exercise, FOLDER, folder)
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error && "code" in error)) throw error
    return error.message
  }
}

async function check(folder: string, json: boolean): Promise<number> {
  const { exercise, progress } = exerciseIn(folder)
  const interruption = new Interruption()
  try {
    const result = await runCheck(exercise, folder, join(FOLDER, exercise.name, "start"), interruption.signal)
    if (result === undefined) return interruption.exitCode ?? NOT_YET
    const { passed, sentence, details } = result
    save(folder, { ...progress, passed })
    const remedial = passed ? undefined : exercise.remedial
    if (json) console.log(JSON.stringify({ exercise: exercise.name, passed, sentence, details, ...(remedial === undefined ? {} : { remedial }) }))
    else console.log([`${exercise.name}: ${passed ? "passed" : "not yet"}: ${sentence}`, "", ...details, ...(details.length === 0 ? [] : [""]), ...afterwards(exercise, passed)].join("\n"))
    return passed ? 0 : NOT_YET
  } finally {
    interruption.stop()
  }
}

function afterwards(exercise: Exercise, passed: boolean): string[] {
  if (passed) {
    const next = COURSE[COURSE.indexOf(exercise) + 1]
    return next === undefined || next.track !== exercise.track ? ["that was the last of this track; asyncio-ts exercises lists them all"] : [`next: asyncio-ts exercises start ${next.name} (${next.title})`]
  }
  const smaller = exercise.remedial === undefined ? [] : [`a smaller step to the same: asyncio-ts exercises start ${exercise.remedial}`]
  return ["a hint: asyncio-ts exercises hint", ...smaller]
}

function listed(): object[] {
  const done = doneFrom(".")
  return COURSE.map(({ name, title, track, kind, objective, remedial }, at) => ({ number: at + 1, name, title, track, kind, objective: OBJECTIVES[objective], done: done.has(name), ...(remedial === undefined ? {} : { remedial }) }))
}

function listText(): string {
  const done = doneFrom(".")
  const width = Math.max(...COURSE.map(({ name }) => name.length))
  const titles = Math.max(...COURSE.map(({ title }) => title.length))
  const rows = COURSE.flatMap(({ name, title, track, objective }, at) => [
    ...(COURSE[at - 1]?.track === track ? [] : [...(at === 0 ? [] : [""]), TRACKS[track]]),
    ` ${done.has(name) ? "✓" : " "} ${String(at + 1).padStart(2)}  ${name.padEnd(width)}  ${title.padEnd(titles)}  ${OBJECTIVES[objective]}`,
  ])
  return [...rows, "", `${COURSE.filter(({ name }) => done.has(name)).length} of ${COURSE.length} done here; to begin: asyncio-ts exercises start ${COURSE.find(({ name }) => !done.has(name))?.name ?? COURSE[0]?.name ?? ""}`].join("\n")
}

function startText({ name, title }: Exercise, folder: string, files: readonly string[]): string {
  return [`${title}: ${files.join(", ")} are in ${folder}`, "", "next:", "  read README.md there", `  asyncio-ts exercises check ${folder}`, `  asyncio-ts exercises hint ${folder}`, "", `asyncio-ts exercises shows how far you are (${name})`].join("\n")
}
