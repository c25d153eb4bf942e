import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { explore, ExplorationFailure, type ExploreOptions } from "asyncio-ts/testing"
import { thrownAs } from "../../support/record.ts"
import { programs } from "./buggy-programs.ts"

/** Runs within which each fault must be found, fixed before they were counted. */
const ENOUGH = 500
const SOUND = 100

const search = (program: () => Promise<void>, options: ExploreOptions): Promise<ExplorationFailure> =>
  thrownAs(ExplorationFailure, explore(program, options))

for (const { name, options, program } of programs) {
  describe(name, () => {
    it("does not show in the usual order", async () => {
      await explore(() => program(false), { ...options, runs: 0 })
    })

    for (const strategy of ["random", "pct"] as const) {
      it(`is found by ${strategy} schedules, whose story and text say the same each time`, async () => {
        const found = await search(() => program(false), { ...options, strategy, runs: ENOUGH })
        assert.ok(found.size <= 3, `a short schedule: ${found.schedule}`)
        const { schedule, story } = found
        const again = await search(() => program(false), { ...options, replay: schedule })
        assert.deepEqual([again.schedule, again.story, again.kind], [schedule, story, found.kind])
      })
    }

    it("is not found once it is mended", async () => {
      for (const strategy of ["random", "pct"] as const) {
        await explore(() => program(true), { ...options, strategy, runs: SOUND })
      }
    })
  })
}
