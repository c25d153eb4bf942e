import type { Look } from "./leaks.ts"

/** Of Student's distribution with 58 degrees of freedom; it changes little beyond. */
const T_95 = 2.0017

/** Bytes a task by the least squares, and between what it lies in 95 of 100 cases. */
export function slopeOf(looks: readonly Look[]): { slope: number; from: number; to: number } {
  const count = looks.length
  const mean = (of: (look: Look) => number): number => looks.reduce((sum, look) => sum + of(look), 0) / count
  const [x, y] = [mean(({ tasks }) => tasks), mean(({ bytes }) => bytes)]
  const sum = (of: (look: Look) => number): number => looks.reduce((all, look) => all + of(look), 0)
  const squares = sum(({ tasks }) => (tasks - x) ** 2)
  const slope = sum(({ tasks, bytes }) => (tasks - x) * (bytes - y)) / squares
  const rest = sum(({ tasks, bytes }) => (bytes - y - slope * (tasks - x)) ** 2)
  const error = T_95 * Math.sqrt(rest / (count - 2) / squares)
  return { slope, from: slope - error, to: slope + error }
}
