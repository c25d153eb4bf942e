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

export interface Given {
  readonly program: string
  readonly answer: Answer
  readonly because: string
}

/** What a line of `answers.txt` says; undefined for what is no answer. */
export function answerIn(line: string): Given | undefined {
  const [, program = "", word = "", because = ""] = LINE.exec(line) ?? []
  const answer = ANSWERS.find((known) => known.toLowerCase() === word.toLowerCase())
  return answer === undefined ? undefined : { program, answer, because }
}

export function answerOf(verdict: Verdict): Answer | undefined {
  return MEANS[verdict.kind]
}

/** What is written in `answers.txt`; or a sentence about what cannot be read. */
export function readAnswers({ programs }: ClassificationExercise, text: string): readonly Given[] | string {
  const form = `write NAME: ANSWER, because …, where the answer is ${ANSWERS.join(", ")}`
  const given: Given[] = []
  for (const line of answerLines(text)) {
    const answer = answerIn(line)
    if (answer === undefined) return `'${line}' in answers.txt is no answer: ${form}`
    if (!programs.includes(answer.program)) return `answers.txt speaks of ${answer.program}, but the programs are ${programs.join(", ")}`
    given.push(answer)
  }
  const missing = programs.find((name) => !given.some(({ program }) => program === name))
  return missing === undefined ? given : `answers.txt has no answer for ${missing}: ${form}`
}

/**
 * Compares with the verdicts; the reasons stand beside the evidence, and are the learner's to compare.
 *
 * @param unmeasured - why programs cannot be measured here: of their answers nothing is known
 */
export function judgeAnswers(answers: readonly Given[], verdicts: ReadonlyMap<string, Verdict>, unmeasured: ReadonlyMap<string, string> = new Map()): CheckResult {
  const details = answers.flatMap(({ program, answer, because }) => {
    const verdict = verdicts.get(program)
    return ["", program, `  you:      ${answer}, because ${because}`, `  measured: ${verdict?.text ?? `not here: it ${unmeasured.get(program) ?? "was not run"}`}`]
  })
  const wrong = answers.find(({ program, answer }) => !unmeasured.has(program) && answer !== meant(verdicts.get(program)))
  if (wrong === undefined && unmeasured.size > 0) {
    const open = [...unmeasured].map(([program, why]) => `${program}, which ${why},`).join(" and ")
    return { passed: false, partly: true, sentence: `${[...verdicts.keys()].join(" and ")} ${verdicts.size === 1 ? "is" : "are"} as measured, and ${open} can be measured in the terminal alone`, details: details.slice(1) }
  }
  if (wrong === undefined) return { passed: true, sentence: `all ${answers.length} are as measured; compare your reasons with the evidence`, details: details.slice(1) }
  const measured = verdicts.get(wrong.program)
  return { passed: false, sentence: `${wrong.program} is not ${wrong.answer}: measured, it is ${meant(measured) ?? measured?.kind ?? "unknown"}`, details }
}

function meant(verdict: Verdict | undefined): Answer | undefined {
  return verdict === undefined ? undefined : answerOf(verdict)
}
