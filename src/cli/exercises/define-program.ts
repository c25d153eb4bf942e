import type { ProgramExercise } from "./exercise.ts"

/** An exercise of which the learner writes the program. */
export function defineProgram(exercise: Omit<ProgramExercise, "kind">): ProgramExercise {
  return { kind: "program", ...exercise }
}
