/** Rounds: each subject once, in turn, and the median of what they gave. */

import type { Bench, SubjectName } from "./benches.ts"
import { type Figures, runChild } from "./child.ts"
import type { Runnable, Subject } from "./subjects.ts"

/** What one subject gave in one bench. */
export type Measured = Measurement | Unmeasured

export interface Measurement {
  readonly bench: Bench
  readonly subject: SubjectName
  readonly version: string
  /** Medians over the rounds. */
  readonly usPerOp: number
  readonly seconds: number
  readonly peakRssMb?: number
  /** The fastest and the slowest round, per operation. */
  readonly fastestUs: number
  readonly slowestUs: number
}

export interface Unmeasured {
  readonly bench: Bench
  readonly subject: SubjectName
  readonly missing: string
  /** Whether it was tried, and failed. */
  readonly failed: boolean
}

export interface MeasureOptions {
  readonly rounds: number
  readonly limitSeconds: number
  readonly onProgress: (text: string) => void
}

/**
 * Measures one bench. The subjects take turns, so that what the machine does
 * meanwhile falls on all of them; one that fails is not tried again.
 */
export async function measure(
  bench: Bench,
  subjects: ReadonlyMap<SubjectName, Subject>,
  options: MeasureOptions,
): Promise<Measured[]> {
  const figures = new Map<SubjectName, Figures[]>()
  const failures = new Map<SubjectName, string>()
  const runnable = bench.subjects.flatMap((name) => {
    const subject = subjects.get(name)
    return subject !== undefined && "command" in subject ? [subject] : []
  })

  for (let round = 1; round <= options.rounds; round++) {
    for (const subject of runnable) {
      if (failures.has(subject.name)) continue
      options.onProgress(`${bench.name}: ${subject.name}, round ${round} of ${options.rounds}`)
      const outcome = await runChild(bench, subject, options.limitSeconds)
      if ("failure" in outcome) failures.set(subject.name, outcome.failure)
      else figures.set(subject.name, [...(figures.get(subject.name) ?? []), outcome])
    }
  }

  return bench.subjects.map((name): Measured => {
    const subject = subjects.get(name)
    if (subject === undefined || "missing" in subject) {
      return { bench, subject: name, missing: subject?.missing ?? "unknown", failed: false }
    }
    const failure = failures.get(name)
    if (failure !== undefined) return { bench, subject: name, missing: failure, failed: true }
    return summary(bench, subject, figures.get(name) ?? [])
  })
}

function summary(bench: Bench, subject: Runnable, rounds: readonly Figures[]): Measurement {
  const times = rounds.map((round) => round.usPerOp)
  const peaks = rounds.flatMap((round) => round.peakRssMb ?? [])
  return {
    bench,
    subject: subject.name,
    version: subject.version,
    usPerOp: median(times),
    seconds: median(rounds.map((round) => round.seconds)),
    ...(peaks.length > 0 && { peakRssMb: median(peaks) }),
    fastestUs: Math.min(...times),
    slowestUs: Math.max(...times),
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) throw new RangeError("the median of no values")
  const lower = sorted[middle - 1] ?? upper
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2
}
