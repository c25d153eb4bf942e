/**
 * The lines that somebody expects, beside those that were printed.
 */
import { answerLines } from "./answer-lines.ts"
import type { CheckResult } from "./check-result.ts"
import type { Line } from "./evidence.ts"
import type { PredictionExercise } from "./exercise.ts"
import { secondsText } from "./seconds-text.ts"

export function judgePrediction({ reasons }: PredictionExercise, text: string, lines: readonly Line[]): CheckResult {
  const predicted = answerLines(text)
  if (predicted.length === 0) return { passed: false, sentence: "prediction.txt has no line yet: write those that program.ts will print, in their order", details: [] }
  const at = lines.findIndex(({ text }, index) => predicted[index] !== text)
  if (at === -1 && predicted.length === lines.length) {
    return { passed: true, sentence: `all ${lines.length} lines come in that order`, details: lines.map((line) => `${when(line)}  ${line.text}`) }
  }
  const actual = lines[at]
  if (actual === undefined) {
    return { passed: false, sentence: `line ${lines.length + 1} is predicted to be '${predicted[lines.length]}', but the program has ended before it`, details: [] }
  }
  const missing = predicted[at] === undefined ? "is missing" : `is predicted to be '${predicted[at]}'`
  return {
    passed: false,
    sentence: `line ${at + 1} ${missing}, but the program prints '${actual.text}'`,
    details: [
      ...lines.slice(0, at).map((line) => `  ${when(line)}  ${line.text}`),
      `> ${when(actual)}  ${actual.text}`,
      `why: ${reasons[actual.text] ?? "it is the next that can run"}`,
    ],
  }
}

function when({ at, task }: Line): string {
  return `${secondsText(at).padStart(6)}  ${task.padEnd(8)}`
}
