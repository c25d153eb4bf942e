/**
 * Checks the work in a folder, within the process that was started for it.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import type { Verdict } from "../../inspect/analysis/verdict.ts"
import type { CheckResult } from "./check-result.ts"
import { drawEvidence } from "./draw-evidence.ts"
import { ANSWER_FILES, type ClassificationExercise, type Exercise, type ProgramExercise } from "./exercise.ts"
import { answerOf, judgeAnswers, readAnswers } from "./judge-answers.ts"
import { judgeDrawing } from "./judge-drawing.ts"
import { judgePrediction } from "./judge-prediction.ts"
import { errorText, judgeProgram } from "./judge-program.ts"
import { Learner, WorkError } from "./learner.ts"
import { measureProgram } from "./measure-programs.ts"
import { runOnVirtualTime } from "./run-on-virtual-time.ts"
import { secondsText } from "./seconds-text.ts"

export async function checkWork(exercise: Exercise, folder: string): Promise<CheckResult> {
  try {
    if (exercise.kind === "program") return await checkProgram(exercise, await load(folder, "work.ts"))
    const answers = readFileSync(join(folder, ANSWER_FILES[exercise.kind]), "utf8")
    if (exercise.kind === "classify") return await checkAnswers(exercise, folder, answers)
    const program = await load(folder, "program.ts")
    const { lines, recording, error, seconds } = await runOnVirtualTime(() => program.call("main"))
    if (error !== undefined) return { passed: false, sentence: `program.ts failed: ${errorText(error.thrown)}`, details: [] }
    return exercise.kind === "predict" ? judgePrediction(exercise, answers, lines) : judgeDrawing(exercise, answers, recording, drawEvidence({ recording, seconds, error, operations: [] }))
  } catch (error) {
    if (!(error instanceof WorkError)) throw error
    return { passed: false, sentence: error.message, details: [] }
  }
}

async function checkProgram(exercise: ProgramExercise, work: Learner): Promise<CheckResult> {
  const evidence = await runOnVirtualTime((kit) => exercise.drive(work, kit))
  if (evidence.error?.thrown instanceof WorkError) throw evidence.error.thrown
  const problem = judgeProgram(exercise, evidence)
  const picture = drawEvidence(evidence)
  if (problem === undefined) return { passed: true, sentence: `it does what was asked for, in ${secondsText(evidence.seconds)}`, details: picture }
  return { passed: false, sentence: problem.sentence, details: [...(problem.details === undefined ? [] : [...problem.details, ""]), ...picture] }
}

async function checkAnswers(exercise: ClassificationExercise, folder: string, text: string): Promise<CheckResult> {
  const answers = readAnswers(exercise, text)
  if (typeof answers === "string") return { passed: false, sentence: answers, details: [] }
  const verdicts = new Map<string, Verdict>()
  for (const { program } of answers) verdicts.set(program, await measureProgram(await load(folder, program)))
  const unclear = [...verdicts].find(([, verdict]) => answerOf(verdict) === undefined)
  if (unclear !== undefined) return { passed: false, sentence: `${unclear[0]} was measured, without a clear verdict (${unclear[1].kind}): check again when the machine has less to do`, details: [unclear[1].text] }
  return judgeAnswers(answers, verdicts)
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
  if (!(error instanceof Error)) return `${file} cannot be loaded: it threw ${String(error)}`
  const { code } = error as NodeJS.ErrnoException
  const line = /\.ts:(\d+)/.exec(error.stack ?? "")?.[1]
  const [message = ""] = error.message.split("\n").map((text) => text.trim()).filter((text) => text !== "")
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") return `${file} uses a part of TypeScript that Node does not run: ${message}`
  if (error instanceof SyntaxError || code === "ERR_INVALID_TYPESCRIPT_SYNTAX") return `${file} has a syntax error${line === undefined ? "" : ` at line ${line}`}: ${message}`
  return `${file} fails as it is loaded${line === undefined ? "" : `, at line ${line}`}: ${errorText(error)}`
}
