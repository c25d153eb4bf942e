import assert from "node:assert/strict"
import { test } from "node:test"
import type { Snapshot, SnapshotTask } from "#src/inspect/snapshot.ts"
import { ownVectors, scenariosOf } from "../../../conformance/files.ts"
import type { Scenario } from "../../../conformance/scenario.ts"
import { firstSeed, Random } from "../../support/random.ts"
import { judgeGraph } from "./programs/judge-graph.ts"

const FEW = 300

async function scenarios(): Promise<Scenario[]> {
  const all: Scenario[] = []
  for await (const { scenario } of scenariosOf(await ownVectors(), undefined)) all.push(scenario)
  return all
}

test("a random program that is stopped at a random step shows what its interpreter knows", async (t) => {
  const all = await scenarios()
  const seed = firstSeed()
  t.diagnostic(`SEED=${seed}`)
  const random = new Random(seed)
  let waiting = 0
  const rounds = process.env["TEST_SYSTEM"] === "1" ? all.length : FEW
  for (let round = 0; round < rounds; round += 1) {
    const scenario = process.env["TEST_SYSTEM"] === "1" ? all[round] : random.pick(all)
    if (scenario === undefined) continue
    const judgement = await judgeGraph(scenario, new Random(seed + round))
    waiting += judgement.waiting
    assert.deepEqual(judgement.wrong, [], `scenario ${scenario.id}, round ${round} of SEED=${seed}`)
  }
  assert.ok(waiting > rounds, `only ${waiting} tasks waited`)
})

/** Each changes one thing of a task that waits. */
const SPOILT: Readonly<Record<string, (task: SnapshotTask, others: readonly SnapshotTask[]) => SnapshotTask>> = {
  "an edge that is missing": (task) => ({ ...task, waits: task.waits.map((wait) => ({ ...wait, awaits: wait.awaits.slice(1) })) }),
  "an edge too many": (task, others) => ({ ...task, waits: task.waits.map((wait) => ({ ...wait, awaits: [...wait.awaits, ...others.map(({ id }) => id)] })) }),
  "another kind of wait": (task) => ({ ...task, waits: task.waits.map((wait) => ({ ...wait, kind: "sleep of another" })) }),
  "a state that is not its": (task) => ({ ...task, state: "not started", waits: [] }),
  "a time that is left": (task) => ({ ...task, waits: task.waits.map((wait) => ({ ...wait, left: (wait.left ?? 0) + 0.001 })) }),
  "another holder": (task) => ({ ...task, waits: task.waits.map((wait) => (wait.holders.length === 0 ? { ...wait, left: -1 } : { ...wait, holders: [task.id + 1000] })) }),
}

for (const [what, spoil] of Object.entries(SPOILT)) {
  test(`the comparison notices ${what}`, async () => {
    const all = await scenarios()
    const random = new Random(1)
    let spoilt = 0
    let noticed = 0
    for (let round = 0; round < 40; round += 1) {
      let changed = false
      const judgement = await judgeGraph(random.pick(all), new Random(round), (snapshot: Snapshot): Snapshot => {
        const victim = snapshot.tasks.find((task) => task.state === "waiting" && task.name !== "harness" && (what !== "an edge that is missing" || task.waits.some(({ awaits }) => awaits.length > 0)))
        if (victim === undefined) return snapshot
        const others = snapshot.tasks.filter((task) => task !== victim && !victim.waits.some(({ awaits }) => awaits.includes(task.id)))
        changed = others.length > 0
        return changed ? { ...snapshot, tasks: snapshot.tasks.map((task) => (task === victim ? spoil(task, others) : task)) } : snapshot
      })
      if (changed) spoilt += 1
      if (changed && judgement.wrong.length > 0) noticed += 1
    }
    assert.ok(spoilt > 5)
    assert.equal(noticed, spoilt)
  })
}

