import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import { installHost } from "#src/host/host.ts"
import { nodeHost } from "#src/host/node.ts"
import { onInterrupt } from "#src/tasks/interrupts.ts"

let raised = 0
installHost({
  ...nodeHost,
  raiseInterrupt() {
    raised += 1
  },
})

/** Long enough for the signal to be raised again. */
async function pass(): Promise<void> {
  for (let i = 0; i < 4; i += 1) await setImmediate()
}

test("every run is told of each Ctrl-C, by one handler that is there exactly while something runs", async () => {
  const before = process.listenerCount("SIGINT")
  const told: string[] = []
  const stopFirst = onInterrupt(() => told.push("first"))
  const stopSecond = onInterrupt(() => told.push("second"))
  assert.equal(process.listenerCount("SIGINT"), before + 1)
  process.emit("SIGINT")
  stopFirst()
  process.emit("SIGINT")
  assert.deepEqual(told, ["first", "second", "second"])
  await pass()
  assert.equal(raised, 0, "the second run has not ended")
  stopSecond()
  stopSecond()
  assert.equal(process.listenerCount("SIGINT"), before)
  await pass()
  assert.equal(raised, 1)
})

test("without Ctrl-C nothing is raised at the end", async () => {
  raised = 0
  onInterrupt(() => undefined)()
  await pass()
  assert.equal(raised, 0)
})
