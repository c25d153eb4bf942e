/**
 * What an exercise is: what it teaches, what its folder holds, and how work on it is judged.
 */
import type { Evidence, Kit } from "./evidence.ts"
import type { Learner } from "./learner.ts"

/** `main` is the way for all; `advanced` goes on from there; `remedial` is a smaller step, with sleeps alone. */
export type Track = "main" | "advanced" | "remedial"

interface Head {
  /** Of its folder too. */
  readonly name: string
  readonly title: string
  readonly track: Track
  /** What somebody who has done it can do. */
  readonly objective: Objective
  /** The exercise with a smaller step to the same objective; remedial ones have none. */
  readonly remedial?: string
  /** From the vaguest to the plainest. */
  readonly hints: readonly [string, ...string[]]
}

/** The learner writes a program, in `work.ts`. */
export interface ProgramExercise extends Head {
  readonly kind: "program"
  /** Files of the folder that are to stay as they are. */
  readonly given?: readonly string[]
  /** Runs the work as a task of a loop on virtual time. */
  drive(work: Learner, kit: Kit): Promise<unknown>
  /** What is wrong beyond what is wrong in every program. */
  judge(evidence: Evidence): Problem | undefined
}

/** The learner writes into `prediction.txt` the lines that `program.ts` will print. */
export interface PredictionExercise extends Head {
  readonly kind: "predict"
  /** Why each line comes where it does. */
  readonly reasons: Readonly<Record<string, string>>
}

/** The learner writes into `timeline.txt` from when until when each task of `program.ts` lives, or what it waits for. */
export interface DrawingExercise extends Head {
  readonly kind: "draw"
  readonly drawn: "lives" | "waits"
  /** The tasks that are to be drawn. */
  readonly tasks: readonly string[]
}

/** The learner writes into `answers.txt` what limits each program, and why. */
export interface ClassificationExercise extends Head {
  readonly kind: "classify"
  readonly programs: readonly string[]
}

export type Exercise = ProgramExercise | PredictionExercise | DrawingExercise | ClassificationExercise

export interface Problem {
  /** One sentence. */
  readonly sentence: string
  readonly details?: readonly string[]
}

/** What the course is for; the first five are what it is taught by, each with its own way to check. */
export const OBJECTIVES = {
  loop: "explain the event loop without managing it",
  write: "write and run async functions",
  bound: "tell I/O-bound from CPU-bound, and justify it",
  switch: "explain how the loop switches at `await`",
  together: "compare sequential and concurrent",
  end: "end work on time, and clean up",
  share: "share what is scarce among tasks",
  inspect: "inspect tasks that run",
  design: "design a pattern of one's own",
} as const
export type Objective = keyof typeof OBJECTIVES

/** The file in which the learner answers. */
export const ANSWER_FILES: Readonly<Record<Exercise["kind"], string>> = {
  program: "work.ts",
  predict: "prediction.txt",
  draw: "timeline.txt",
  classify: "answers.txt",
}

/** The files that are to stay as they were given. */
export function givenFiles(exercise: Exercise): readonly string[] {
  if (exercise.kind === "program") return exercise.given ?? []
  return exercise.kind === "classify" ? exercise.programs : ["program.ts"]
}
