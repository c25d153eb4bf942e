import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as fc from "fast-check"
import * as asyncio from "asyncio-ts"
import { explore, ExplorationFailure, Schedule } from "asyncio-ts/testing"
import { thrown } from "../../support/record.ts"

const parameters = { seed: Number(process.env["SEED"] ?? 42), numRuns: 200 }

/** Sums up amounts, each in a task of its own; with the fault two of them lose one. */
async function sumUp(amounts: readonly number[], mended: boolean): Promise<void> {
  const lock = new asyncio.Lock()
  let sum = 0
  const add = (amount: number) => async (): Promise<void> => {
    const before = sum
    await asyncio.sleep(0.01 * amount)
    sum = before + amount
  }
  await asyncio.gather(amounts.map((amount) => () => (mended ? lock.run(add(amount)) : add(amount)())))
  assert.equal(sum, amounts.reduce((a, b) => a + b, 0))
}

/** Three tasks that are ready at the same time. */
async function race(log: string[]): Promise<void> {
  const tasks = Array.from("abc", (name) => asyncio.createTask(async () => {
    await asyncio.sleep(0.01)
    log.push(name)
  }, { name }))
  await asyncio.gather(tasks)
}

describe("with fast-check", () => {
  it("a program explores each generated input, which is made smaller", async () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 5 })
    const property = (mended: boolean): fc.IAsyncProperty<[number[]]> =>
      fc.asyncProperty(amounts, async (given) => void (await explore(() => sumUp(given, mended), { runs: 10, shrinks: 50 })))
    await fc.assert(property(true), { ...parameters, numRuns: 50 })
    const result = await fc.check(property(false), { ...parameters, numRuns: 50 })
    assert.ok(result.failed)
    assert.deepEqual(result.counterexample, [[1, 1]])
    assert.ok(result.errorInstance instanceof ExplorationFailure)
  })

  it("schedules are an arbitrary, made smaller by fast-check, and print as what replays them", async () => {
    const schedules = fc.array(fc.nat(7), { maxLength: 100 }).map((choices) => new Schedule(choices))
    const run = async (schedule: Schedule | string): Promise<void> => {
      await explore(async () => {
        const log: string[] = []
        await race(log)
        assert.notEqual(log[0], "c")
      }, { replay: schedule })
    }
    const result = await fc.check(fc.asyncProperty(schedules, (schedule) => run(schedule)), parameters)
    assert.ok(result.failed)
    const [smallest] = result.counterexample ?? []
    assert.ok(smallest !== undefined)
    assert.equal(smallest.choices.filter((choice) => choice > 0).length, 1, String(smallest))
    const again = await thrown(run(String(smallest)))
    assert.ok(again instanceof ExplorationFailure)
    assert.equal(again.schedule, String(smallest))
  })
})
