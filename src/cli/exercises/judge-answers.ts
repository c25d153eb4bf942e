/**
 * What somebody says limits each program, beside what was measured.
 */
import type { Verdict, VerdictKind } from "../../inspect/analysis/verdict.ts"
import { answerLines } from "./answer-lines.ts"
import type { CheckResult } from "./check-result.ts"
import type { ClassificationExercise } from "./exercise.ts"

/** What the learner may write. */
export type Answer = (typeof ANSWERS)[number]
export const ANSWERS = ["I/O-bound", "CPU-bound", "lock-bound"] as const

/** The doctor's words for it. Code of one task that starves others is computing as well. */
const MEANS: Partial<Readonly<Record<VerdictKind, Answer>>> = { io: "I/O-bound", cpu: "CPU-bound", starved: "CPU-bound", lock: "lock-bound" }
const LINE = /^(\S+):\s*(\S+?),?\s+because\s+(.+)$/i

interface Given {
  readonly program: string
  readonly answer: Answer
  readonly because: string
}

export function answerOf(verdict: Verdict): Answer | undefined {
  return MEANS[verdict.kind]
}

/** What is written in `answers.txt`; or a sentence about what cannot be read. */
export function readAnswers({ programs }: ClassificationExercise, text: string): readonly Given[] | string {
  const form = `write NAME: ANSWER, because …, where the answer is ${ANSWERS.join(", ")}`
  const given: Given[] = []
  for (const line of answerLines(text)) {
    const [, program = "", word = "", because = ""] = LINE.exec(line) ?? []
    const answer = ANSWERS.find((known) => known.toLowerCase() === word.toLowerCase())
    if (answer === undefined) return `'${line}' in answers.txt is no answer: ${form}`
    if (!programs.includes(program)) return `answers.txt speaks of ${program}, but the programs are ${programs.join(", ")}`
    given.push({ program, answer, because })
  }
  const missing = programs.find((name) => !given.some(({ program }) => program === name))
  return missing === undefined ? given : `answers.txt has no answer for ${missing}: ${form}`
}

/** Compares with the verdicts; the reasons stand beside the evidence, and are the learner's to compare. */
export function judgeAnswers(answers: readonly Given[], verdicts: ReadonlyMap<string, Verdict>): CheckResult {
  const details = answers.flatMap(({ program, answer, because }) => {
    const verdict = verdicts.get(program)
    return ["", program, `  you:      ${answer}, because ${because}`, `  measured: ${verdict?.text ?? "nothing"}`]
  })
  const wrong = answers.find(({ program, answer }) => answer !== meant(verdicts.get(program)))
  if (wrong === undefined) return { passed: true, sentence: `all ${answers.length} are as measured; compare your reasons with the evidence`, details: details.slice(1) }
  const measured = verdicts.get(wrong.program)
  return { passed: false, sentence: `${wrong.program} is not ${wrong.answer}: measured, it is ${meant(measured) ?? measured?.kind ?? "unknown"}`, details }
}

function meant(verdict: Verdict | undefined): Answer | undefined {
  return verdict === undefined ? undefined : answerOf(verdict)
}
