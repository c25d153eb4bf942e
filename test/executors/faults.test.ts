import { test } from "node:test"
import { processes } from "#src/executors/pool/process-carrier.ts"
import { threads } from "#src/executors/pool/thread-carrier.ts"
import { firstSeed, Random } from "../support/random.ts"
import { faultRun } from "./faults.ts"

/** 10,000 in all under TEST_SYSTEM. */
const COUNTS = process.env["TEST_SYSTEM"] === "1" ? { thread: 6000, process: 4000 } : { thread: 300, process: 200 }

for (const kind of [threads, processes]) {
  test(`${COUNTS[kind.noun as "thread" | "process"]} jobs in a ${kind.noun} pool under faults: none is lost, doubled or late`, { timeout: 1_800_000 }, async (t) => {
    const seed = firstSeed()
    t.diagnostic(`SEED=${seed}`)
    const run = await faultRun(kind, COUNTS[kind.noun as "thread" | "process"], new Random(seed))
    t.diagnostic(JSON.stringify(run))
  })
}
