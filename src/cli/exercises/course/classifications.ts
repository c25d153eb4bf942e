/**
 * The exercises in which programs are classified, and then measured.
 */
import type { ClassificationExercise } from "../exercise.ts"

export const classify: ClassificationExercise = {
  kind: "classify",
  name: "classify",
  title: "Does it wait, or does it compute",
  track: "main",
  objective: "bound",
  remedial: "sleep-or-compute",
  programs: ["ask.ts", "sum.ts"],
  hints: ["Ask of each line: does the processor work here, or does it wait for something outside?", "An await for an answer over the network leaves the thread free; a loop over numbers does not."],
}

export const classifyLimits: ClassificationExercise = {
  kind: "classify",
  name: "classify-limits",
  title: "What limits it",
  track: "advanced",
  objective: "bound",
  remedial: "sleep-or-compute",
  programs: ["gathered.ts", "ledger.ts", "pages.ts"],
  hints: ["gather overlaps waits, and nothing else: is there a wait in each program, and for what?", "Waiting for an answer, waiting in line for a lock, and having no wait at all are three different things.", "Which program would be quicker with more threads, which with a lock that is held for less, which with more requests at once?"],
}
