/**
 * What exercises was asked to do.
 */
import { UsageError } from "../arguments.ts"
import { COURSE, exerciseCalled } from "./course.ts"
import type { Exercise } from "./exercise.ts"

export const EXERCISES_HELP = `usage: asyncio-ts exercises
       asyncio-ts exercises start NAME [FOLDER]
       asyncio-ts exercises check [FOLDER]
       asyncio-ts exercises hint [FOLDER]

A course: lists its exercises, and which are done in the folders below this one. start puts
one into a new folder, check looks at what you have written there, hint says a little more
each time. Programs are run on virtual time, in a process that may use 5 s of the processor;
what went wrong is shown with a timeline.

  NAME               the name of an exercise, or its number
  FOLDER             of start, a new or empty one (NAME); else one of an exercise (this one)
  --json             on one line, for scripts

Exits with 0, with 1 if the work does not pass yet, with 2 if it was called wrongly, with
130 after Ctrl-C.`

export type ExercisesCommand = { readonly json: boolean } & (
  | { readonly action: "list" }
  | { readonly action: "start"; readonly exercise: Exercise; readonly folder: string }
  | { readonly action: "check" | "hint"; readonly folder: string }
)

/** @throws UsageError */
export function parseExercises(argv: readonly string[]): ExercisesCommand | "help" {
  if (argv.includes("--help") || argv.includes("-h")) return "help"
  const option = argv.find((argument) => argument.startsWith("-") && argument !== "--json")
  if (option !== undefined) throw new UsageError(`unknown option ${option}: exercises takes --json alone (--help tells more)`)
  const json = argv.includes("--json")
  const [action, ...rest] = argv.filter((argument) => argument !== "--json")
  switch (action) {
    case undefined:
      return { action: "list", json }
    case "start": {
      const [name, folder, extra] = rest
      if (name === undefined) throw new UsageError("exercises start which one? Name it, as in asyncio-ts exercises start gather; asyncio-ts exercises lists them")
      if (extra !== undefined) throw new UsageError(`exercises start takes one folder, not both ${folder} and ${extra}`)
      const exercise = exerciseCalled(name) ?? (/^\d+$/.test(name) ? COURSE[Number(name) - 1] : undefined)
      if (exercise === undefined) throw new UsageError(`there is no exercise '${name}': asyncio-ts exercises lists them`)
      return { action, exercise, folder: folder ?? exercise.name, json }
    }
    case "check":
    case "hint": {
      const [folder = ".", extra] = rest
      if (extra !== undefined) throw new UsageError(`exercises ${action} takes one folder, not both ${folder} and ${extra}`)
      return { action, folder, json }
    }
    default:
      throw new UsageError(`exercises does not know '${action}': it takes start NAME, check and hint (--help tells more)`)
  }
}
