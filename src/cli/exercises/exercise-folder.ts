/**
 * The folder in which a learner works on an exercise.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"

import { UsageError } from "../arguments.ts"
import { exerciseCalled } from "./course.ts"
import type { Exercise } from "./exercise.ts"

/** What the folder tells of itself. */
interface Progress {
  readonly exercise: string
  readonly passed: boolean
  /** How many hints were given. */
  readonly hints: number
}

const PROGRESS = "exercise.json"
/** So that Node takes the files for modules at once. */
const MANIFEST = { private: true, type: "module" }

/** Puts the files of an exercise into `folder`, which is new or empty. @throws UsageError */
export function startExercise(exercise: Exercise, course: string, folder: string): string[] {
  const stat = statSync(folder, { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isDirectory()) throw new UsageError(`${folder} is a file: name a folder that is new or empty`)
  const [first] = stat === undefined ? [] : readdirSync(folder)
  if (first !== undefined) throw new UsageError(`${folder} is not empty, it has ${first}: name a folder that is new or empty, as in asyncio-ts exercises start ${exercise.name} again-${exercise.name}`)
  if (!existsSync(dirname(resolve(folder)))) throw new UsageError(`there is no folder ${dirname(resolve(folder))}: make it first`)
  if (stat === undefined) mkdirSync(folder)
  const from = join(course, exercise.name)
  // Not copied: a package's files may be read-only, and these are to be written.
  for (const file of ["README.md", ...readdirSync(join(from, "start")).map((name) => join("start", name))]) writeFileSync(join(folder, basename(file)), readFileSync(join(from, file)))
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(MANIFEST, null, 2)}\n`)
  save(folder, { exercise: exercise.name, passed: false, hints: 0 })
  return readdirSync(folder).filter((file) => file !== PROGRESS && file !== "package.json").sort()
}

/** Which exercise `folder` is of, and how far it has come. @throws UsageError if it is of none */
export function exerciseIn(folder: string): { readonly exercise: Exercise; readonly progress: Progress } {
  const progress = progressIn(folder)
  const exercise = progress === undefined ? undefined : exerciseCalled(progress.exercise)
  if (progress === undefined || exercise === undefined) {
    throw new UsageError(`${folder === "." ? "this folder" : folder} is not of an exercise: name the folder that asyncio-ts exercises start has made, or go into it`)
  }
  return { exercise, progress }
}

export function save(folder: string, progress: Progress): void {
  writeFileSync(join(folder, PROGRESS), `${JSON.stringify(progress)}\n`)
}

/** The exercises that were done in `folder`, in those below it, or, if it is of one itself, beside it. */
export function doneFrom(folder: string): ReadonlySet<string> {
  const top = progressIn(folder) === undefined ? folder : dirname(resolve(folder))
  const below = readdirSync(top, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => join(top, basename(name)))
  return new Set(below.flatMap((one) => {
    const progress = progressIn(one)
    return progress?.passed === true ? [progress.exercise] : []
  }))
}

function progressIn(folder: string): Progress | undefined {
  try {
    const { exercise, passed, hints } = JSON.parse(readFileSync(join(folder, PROGRESS), "utf8")) as Partial<Record<keyof Progress, unknown>> // anybody may have written it
    if (typeof exercise !== "string") return undefined
    return { exercise, passed: passed === true, hints: typeof hints === "number" ? hints : 0 }
  } catch {
    return undefined
  }
}
