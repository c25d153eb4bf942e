/** Whether the deadlocks that are found in a program are those that were put into it. */
import type { Snapshot } from "#src/inspect/snapshot.ts"
import type { Random } from "../../../support/random.ts"
import { orphanProgram, ringProgram, type DeadlockProgram } from "./deadlock-programs.ts"
import { lookAt } from "./look-at.ts"

/** Long after the last of them has come to wait. */
const UNTIL = 0.5

export interface Judgement {
  readonly program: DeadlockProgram
  /** What is wrong; undefined if each was found, with its tasks, and nothing else was. */
  readonly wrong: string | undefined
}

/** Two of three are rings. */
export async function judgeDeadlocks(random: Random): Promise<Judgement> {
  const program = random.below(3) < 2 ? ringProgram(random) : orphanProgram(random)
  const wanted = new Set(program.labels.map(({ kind, names }) => `${kind}: ${[...names].sort().join("; ")}`))
  const seen = new Set<string>()
  const strange = new Set<string>()
  const look = (snapshot: Snapshot): void => {
    for (const found of shown(snapshot)) (wanted.has(found) ? seen : strange).add(found)
  }
  await lookAt(program.main, look, { until: UNTIL })
  const missed = [...wanted].filter((one) => !seen.has(one))
  const wrong = [...missed.map((one) => `missed ${one}`), ...[...strange].map((one) => `found ${one}`)]
  return { program, wrong: wrong.length === 0 ? undefined : `${program.forms.join(" | ")}: ${wrong.join(", ")}` }
}

function shown({ deadlocks, tasks }: Snapshot): string[] {
  const names = new Map(tasks.map(({ id, name }) => [id, name]))
  return deadlocks.map(({ how, tasks: members }) => `${how}: ${members.map((id) => names.get(id) ?? "?").sort().join("; ")}`)
}
