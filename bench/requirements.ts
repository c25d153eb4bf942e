/** Whether asyncio-ts reaches what a bench requires of it. */

import type { Requirement, SubjectName } from "./benches.ts"
import type { Measured, Measurement } from "./measure.ts"

export interface Verdict {
  readonly requirement: string
  /** What was measured, in the terms of the requirement. */
  readonly found: string
  /** Undefined if a figure that it takes is missing. */
  readonly met: boolean | undefined
}

/** Judges the requirements of one bench by everything measured in it. */
export function judge(
  requirements: readonly Requirement[],
  measured: readonly Measured[],
): Verdict[] {
  return requirements.map((requirement) => {
    const figures = compare(requirement, measured)
    return {
      requirement: describe(requirement),
      found: figures?.found ?? "not measured",
      met: figures?.met,
    }
  })
}

function describe(requirement: Requirement): string {
  const { subject } = requirement
  const aim = describeAim(requirement)
  return subject === undefined ? aim : `${subject} ${aim}`
}

function describeAim(requirement: Requirement): string {
  switch (requirement.kind) {
    case "time-at-most":
      return `at most ${round(requirement.factor)} × ${requirement.peer}`
    case "times-faster":
      return `${requirement.factor} × faster than ${requirement.peer}`
    case "total-at-least":
      return `at least ${requirement.seconds} s in all`
    case "total-at-most":
      return `at most ${requirement.seconds} s in all`
    case "memory-at-most":
      return `peak memory at most ${requirement.factor} × ${requirement.peer}`
  }
}

function round(factor: number): number {
  return Math.round(factor * 100) / 100
}

function compare(
  requirement: Requirement,
  measured: readonly Measured[],
): { found: string; met: boolean } | undefined {
  const ours = measurementOf(requirement.subject ?? "asyncio-ts", measured)
  if (ours === undefined) return undefined
  if (requirement.kind === "total-at-most" || requirement.kind === "total-at-least") {
    const { kind, seconds } = requirement
    return { found: `${ours.seconds.toFixed(2)} s`, met: kind === "total-at-most" ? ours.seconds <= seconds : ours.seconds >= seconds }
  }

  const peer = measurementOf(requirement.peer, measured)
  if (peer === undefined) return undefined
  switch (requirement.kind) {
    case "time-at-most":
      return atMost(ours.usPerOp / peer.usPerOp, requirement.factor)
    case "times-faster": {
      const ratio = peer.usPerOp / ours.usPerOp
      return { found: times(ratio), met: ratio >= requirement.factor }
    }
    case "memory-at-most":
      if (ours.peakRssMb === undefined || peer.peakRssMb === undefined) return undefined
      return atMost(ours.peakRssMb / peer.peakRssMb, requirement.factor)
  }
}

function atMost(ratio: number, factor: number): { found: string; met: boolean } {
  return { found: times(ratio), met: ratio <= factor }
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)} ×`
}

function measurementOf(
  subject: SubjectName,
  measured: readonly Measured[],
): Measurement | undefined {
  const found = measured.find((entry) => entry.subject === subject)
  return found !== undefined && "usPerOp" in found ? found : undefined
}
