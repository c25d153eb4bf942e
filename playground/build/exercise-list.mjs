// The exercises of the course, as the page shows them: the one table of src/cli/exercises, and the files of exercises/.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { COURSE } from "../../src/cli/exercises/course.ts"
import { ANSWER_FILES, givenFiles, OBJECTIVES } from "../../src/cli/exercises/exercise.ts"
import { whyNot } from "./why-not.mjs"

const folder = join(import.meta.dirname, "../../exercises")
const PRINTED = /console\.log\("([^"]+)"\)/g

/** @typedef {import("../../src/cli/exercises/exercise.ts").Exercise} Exercise */

/** @param {import("./why-not.mjs").Modules} modules */
export function exerciseList(modules) {
  return COURSE.map((exercise, at) => {
    const { name, title, track, kind, objective, remedial, hints } = exercise
    const start = filesIn(join(folder, name, "start"))
    const needs = programsOf(exercise).flatMap(([file, code]) => {
      const why = whyNot(code, modules)
      return why === undefined ? [] : [[file, why]]
    })
    return {
      number: at + 1,
      name,
      title,
      track,
      kind,
      objective: OBJECTIVES[objective],
      ...(remedial === undefined ? {} : { remedial }),
      hints,
      statement: readFileSync(join(folder, name, "README.md"), "utf8").replace(/^# .*\n+/, ""),
      answer: ANSWER_FILES[kind],
      files: Object.fromEntries(start),
      given: givenFiles(exercise),
      // What the check would have to run and a browser cannot.
      needs: Object.fromEntries(needs),
      ...(exercise.kind === "predict" ? { lines: linesOf(exercise, start) } : {}),
      ...(exercise.kind === "draw" ? { tasks: exercise.tasks } : {}),
    }
  })
}

/**
 * What a check runs: the solution, or the programs that are given.
 *
 * @param {Exercise} exercise
 */
function programsOf(exercise) {
  const files = filesIn(join(folder, exercise.name, exercise.kind === "program" ? "solution" : "start"))
  return files.filter(([file]) => (exercise.kind === "program" ? file === ANSWER_FILES.program : file.endsWith(".ts")))
}

/**
 * The lines that the program may print, in no order that tells which comes when, and with those that never come.
 *
 * @param {import("../../src/cli/exercises/exercise.ts").PredictionExercise} exercise
 * @param {[string, string][]} start
 */
function linesOf({ reasons }, start) {
  const code = start.map(([, text]) => text).join("\n")
  return [...new Set([...Object.keys(reasons), ...[...code.matchAll(PRINTED)].map(([, text = ""]) => text)])].sort()
}

/**
 * @param {string} of
 * @returns {[string, string][]}
 */
function filesIn(of) {
  return readdirSync(of).sort().map((file) => [file, readFileSync(join(of, file), "utf8")])
}
