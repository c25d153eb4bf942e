import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { Job, WorkQueue } from "asyncio-ts/flow"
import { thrownBy, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

virtual("a job tells what it is, how it stands, and since when it runs", async () => {
  await new WorkQueue({ limit: 1 }).run(async (queue) => {
    await asyncio.sleep(2)
    const brew = queue.add(async function brew() { return asyncio.sleep(1, "tea") })
    const named = queue.add(() => 1, { name: "pour" })
    assert.deepEqual([brew.name, brew.state, brew.startedAt, String(brew)], ["brew", "running", 2, "<Job running 'brew'>"])
    assert.deepEqual([named.name, named.state, named.startedAt, String(named)], ["pour", "waiting", null, "<Job waiting 'pour'>"])
    await brew
    assert.deepEqual([brew.state, String(brew)], ["done", "<Job finished 'brew' result=\"tea\">"])
    assert.ok(brew instanceof Job && brew instanceof asyncio.Future)
  })
})

virtual("its outcome comes from its work alone", async () => {
  await new WorkQueue().run((queue) => {
    const job = queue.add(() => 1)
    assert.match(thrownBy(() => job.setResult(2)).message, /gets its result from its work/)
    assert.match(thrownBy(() => job.setException(new Error("x"))).message, /gets its outcome from its work/)
  })
})

virtual("one that awaits itself is found out", async () => {
  await new WorkQueue().run(async (queue) => {
    const job: Job<unknown> = queue.add(async (): Promise<unknown> => job)
    await ticks(3)
    assert.equal((await job.then(() => undefined, (error: Error) => error.name)), "DeadlockError")
  })
})
