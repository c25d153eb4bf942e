/**
 * Judges the work on an exercise, wherever it is kept and runs: in a folder under Node, or in a page.
 */
import type { Verdict } from "../../inspect/analysis/verdict.ts"
import type { CheckResult } from "./check-result.ts"
import { drawEvidence } from "./draw-evidence.ts"
import type { Evidence } from "./evidence.ts"
import type { ClassificationExercise, Exercise, ProgramExercise } from "./exercise.ts"
import { answerOf, judgeAnswers, readAnswers } from "./judge-answers.ts"
import { judgeDrawing } from "./judge-drawing.ts"
import { judgePrediction } from "./judge-prediction.ts"
import { errorText, judgeProgram } from "./judge-program.ts"
import { type Learner, WorkError } from "./learner.ts"
import { measureProgram } from "./measure-programs.ts"
import { runOnVirtualTime } from "./run-on-virtual-time.ts"
import { secondsText } from "./seconds-text.ts"
import type { Witness } from "./witness.ts"

export interface Work {
  /** What the learner has written into the file of answers. */
  answers(): string
  /** @throws WorkError if the file cannot be loaded */
  load(file: string): Promise<Learner>
  /** Why a program cannot be measured here; undefined for one that can. */
  unmeasured?(program: string): string | undefined
}

/** @param seen - told what the judgement rests on, where a program has run on virtual time */
export async function judgeWork(exercise: Exercise, work: Work, witness: Witness, seen?: (evidence: Evidence) => void): Promise<CheckResult> {
  try {
    if (exercise.kind === "program") return await judgeOwnProgram(exercise, await work.load("work.ts"), witness, seen)
    const answers = work.answers()
    if (exercise.kind === "classify") return await judgeClassification(exercise, work, answers)
    const program = await work.load("program.ts")
    const evidence = await runOnVirtualTime(() => program.call("main"), witness)
    seen?.(evidence)
    const { lines, recording, error, seconds } = evidence
    if (error !== undefined) return { passed: false, sentence: `program.ts failed: ${errorText(error.thrown)}`, details: [] }
    return exercise.kind === "predict" ? judgePrediction(exercise, answers, lines) : judgeDrawing(exercise, answers, recording, drawEvidence({ recording, seconds, error, operations: [] }))
  } catch (error) {
    if (!(error instanceof WorkError)) throw error
    return { passed: false, sentence: error.message, details: [] }
  }
}

async function judgeOwnProgram(exercise: ProgramExercise, work: Learner, witness: Witness, seen?: (evidence: Evidence) => void): Promise<CheckResult> {
  const evidence = await runOnVirtualTime((kit) => exercise.drive(work, kit), witness)
  seen?.(evidence)
  if (evidence.error?.thrown instanceof WorkError) throw evidence.error.thrown
  const problem = judgeProgram(exercise, evidence)
  const picture = drawEvidence(evidence)
  if (problem === undefined) return { passed: true, sentence: `it does what was asked for, in ${secondsText(evidence.seconds)}`, details: picture }
  return { passed: false, sentence: problem.sentence, details: [...(problem.details === undefined ? [] : [...problem.details, ""]), ...picture] }
}

async function judgeClassification(exercise: ClassificationExercise, work: Work, text: string): Promise<CheckResult> {
  const answers = readAnswers(exercise, text)
  if (typeof answers === "string") return { passed: false, sentence: answers, details: [] }
  const verdicts = new Map<string, Verdict>()
  const unmeasured = new Map<string, string>()
  for (const { program } of answers) {
    const why = work.unmeasured?.(program)
    if (why === undefined) verdicts.set(program, await measureProgram(await work.load(program)))
    else unmeasured.set(program, why)
  }
  const unclear = [...verdicts].find(([, verdict]) => answerOf(verdict) === undefined)
  if (unclear !== undefined) return { passed: false, sentence: `${unclear[0]} was measured, without a clear verdict (${unclear[1].kind}): check again when the machine has less to do`, details: [unclear[1].text] }
  return judgeAnswers(answers, verdicts, unmeasured)
}
