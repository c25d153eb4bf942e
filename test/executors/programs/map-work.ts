/** Functions that `map` calls in workers, in map-jobs.test.ts. */
import { reportProgress } from "#src/executors/index.ts"

export const double = (n: number): number => n * 2

export const nap = async (seconds: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  return seconds
}

export class WaterError extends Error {
  override name = "WaterError"
}

export function pour(cups: number): number {
  if (cups > 3) throw new WaterError(`${cups} cups are too many`)
  return cups
}

export function* each(n: number): Generator<number> {
  yield n
}

export function tell(n: number): number {
  reportProgress(n)
  return n
}
