/** A test on virtual time: an hour takes none, and what hangs or is left behind fails it. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { runTest } from "asyncio-ts/testing"

const poll = asyncio.coroutine("poll", async (ask: () => Promise<string>) => {
  for (;;) {
    const answer = await ask()
    if (answer !== "later") return answer
    await asyncio.sleep(1800)
  }
})

await runTest(async ({ clock }) => {
  const answers = ["later", "later", "done"]
  assert.equal(await poll(async () => answers.shift() ?? "nothing is left"), "done")
  console.log(`passed, after ${clock.time()} seconds of its own`)
})

await runTest(async () => {
  await new asyncio.Event().wait() // nobody will set it
}).catch((error: Error) => console.log(`failed: ${error.name}`))

await runTest(async () => {
  asyncio.createTask(poll(async () => "later"), { name: "poll" })
}).catch((error: Error) => console.log(`failed: ${error.name}`))
