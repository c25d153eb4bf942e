/**
 * Runs programs on the real clock, and gives the verdict that doctor gives.
 */
import { Recorder } from "../../inspect/recorder.ts"
import { verdictOf, type Verdict } from "../../inspect/analysis/verdict.ts"
import { run } from "../../tasks/runner.ts"
import { answerOf } from "./judge-answers.ts"
import type { Learner } from "./learner.ts"

/**
 * The verdict on `main` of the program. It is measured twice, and where the two differ a third
 * time: a machine that stands still in the midst of a run makes a wrong one.
 */
export async function measureProgram(program: Learner, measure = measureOnce): Promise<Verdict> {
  const first = await measure(program)
  const second = await measure(program)
  if (answerOf(first) === answerOf(second)) return second
  return measure(program)
}

async function measureOnce(program: Learner): Promise<Verdict> {
  const recorder = new Recorder().start()
  const from = performance.now() / 1000
  try {
    await run(async () => program.call("main"), { name: "main" })
  } finally {
    recorder.stop()
  }
  return verdictOf(recorder.recording(), { from, until: performance.now() / 1000 })
}
