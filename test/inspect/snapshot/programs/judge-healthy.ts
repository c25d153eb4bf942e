/** Whether nothing is found in programs that are all right. */
import { snapshotNow } from "#src/inspect/agent.ts"
import type { Snapshot } from "#src/inspect/snapshot.ts"
import { Random } from "../../../support/random.ts"
import { healthyProgram } from "./healthy-programs.ts"
import { lookAt } from "./look-at.ts"

export interface HealthyJudgement {
  /** How often it was looked at. */
  readonly looks: number
  /** Deadlocks and leaks that were told of. */
  readonly deadlocks: readonly string[]
  readonly leaks: readonly string[]
  /** The program did not come to its end: then it was not all right, and the generator is wrong. */
  readonly sick: string | undefined
}

export async function judgeHealthy(random: Random, percent = 20): Promise<HealthyJudgement> {
  const deadlocks: string[] = []
  const leaks: string[] = []
  let looks = 0
  const look = (snapshot: Snapshot): void => {
    looks += 1
    for (const { how, text } of snapshot.deadlocks) deadlocks.push(`${how}: ${text}`)
    for (const { text } of snapshot.leaks) leaks.push(text)
  }
  // Other numbers than the program's: it is the same however often it is looked at.
  const when = new Random(random.below(2 ** 31))
  const program = healthyProgram(random, () => {
    if (when.chance(percent)) look(snapshotNow({ lines: false }))
  })
  const { error, hung } = await lookAt(program, look, { when: () => when.chance(percent) })
  const sick = hung ? "it hung" : error === undefined ? undefined : String(error)
  return { looks, deadlocks, leaks, sick }
}
