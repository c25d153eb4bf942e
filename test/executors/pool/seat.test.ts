/** A worker that ends at any of the messages between it and its pool loses no job and doubles none. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { WorkerCrashError } from "#src/executors/index.ts"
import { PoolView } from "#src/executors/pool-executor.ts"
import type { CarrierKind } from "#src/executors/pool/carrier.ts"
import { poolSettings } from "#src/executors/pool/pool-settings.ts"
import { processes } from "#src/executors/pool/process-carrier.ts"
import { threads } from "#src/executors/pool/thread-carrier.ts"
import { WorkerPool } from "#src/executors/pool/worker-pool.ts"
import { firstSeed } from "../../support/random.ts"
import type * as jobs from "../programs/jobs.ts"
import { cutting, type Cut } from "./cut-carrier.ts"

const JOBS = new URL("../programs/jobs.ts", import.meta.url)

type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** Two calls, a generator, one that is cancelled, and the end; with what each of them came to. */
async function scene(kind: CarrierKind): Promise<Outcome[]> {
  const settings = poolSettings({ maxWorkers: 1, grace: 5 }, { name: "cut", maxWorkers: 1, cancel: "terminate" }, kind, () => assert.fail("no initializer"))
  const pool = new PoolView(new WorkerPool(kind, settings, () => undefined), {})
  const outcome = (promise: PromiseLike<unknown>): Promise<Outcome> => Promise.resolve(promise.then((value) => ({ value }), (error: unknown) => ({ error })))
  const outcomes = [await outcome(pool.with({ onProgress: () => undefined }).module<typeof jobs>(JOBS).reports(1)), await outcome(pool.submit((n: number) => n, 2))]
  const items: number[] = []
  const loop = (async () => {
    for await (const n of pool.stream(function* () { for (let n = 0; n < 20; n += 1) yield n })) {
      assert.equal(n, items.length)
      items.push(n)
    }
    return items.length
  })()
  outcomes.push(await outcome(loop))
  const late = pool.submit(() => new Promise<number>((resolve) => setTimeout(resolve, 20_000, 3)))
  await asyncio.sleep(0.005)
  late.cancel()
  outcomes.push(await outcome(late))
  outcomes.push(await outcome(pool.submit((n: number) => n, 4)))
  await pool.shutdown()
  assert.deepEqual([pool.statistics().workers, pool.statistics().queued], [0, 0])
  return outcomes
}

const EXPECTED = [1, 2, 20, undefined, 4]

for (const kind of [threads, processes]) {
  test(`a ${kind.noun} that ends next to any message`, { timeout: 120_000 }, async (t) => {
    const all: string[] = []
    await asyncio.run(() => scene(cutting(kind, null, all)))
    const crossed = [...new Set(all)]
    assert.deepEqual(crossed.sort(), ["< failed", "< item", "< progress", "< ready", "< returned", "> cancel", "> end", "> more", "> run"])
    const cuts: Cut[] = all.flatMap((_, at) => [{ at, when: "before" }, { at, when: "after" }] as const)
    const seed = firstSeed()
    // Of many items in a row the first tell enough; all moments under TEST_SYSTEM.
    const telling = cuts.filter(({ at }) => all[at] !== "< item" || all[at - 1] !== "< item" || all[at + 1] !== "< item")
    const tried = telling.filter((_, index) => process.env["TEST_SYSTEM"] === "1" || index % 5 === seed % 5)
    t.diagnostic(`SEED=${seed}; ${tried.length} moments of ${all.join(" ")}`)
    for (const cut of tried) {
      const seen: string[] = []
      const outcomes = await asyncio.run(() => scene(cutting(kind, cut, seen)))
      const hit = outcomes.filter((outcome, index) => {
        if ("value" in outcome) assert.equal(outcome.value, EXPECTED[index])
        else if (index !== 3 || !(outcome.error instanceof asyncio.CancelledError)) {
          assert.ok(outcome.error instanceof WorkerCrashError || /cannot start/.test(String(outcome.error)), `${cut.when} ${seen[cut.at]}: ${String(outcome.error)}`)
          return true
        }
        return false
      })
      assert.ok(hit.length <= 1, `${cut.when} message ${cut.at}, ${seen[cut.at]}: ${hit.length} jobs were hit by one end`)
    }
  })
}
