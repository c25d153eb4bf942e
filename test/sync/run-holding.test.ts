import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { runHolding } from "#src/sync/run-holding.ts"
import { fate, thrown, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

class Gate {
  readonly log: string[] = []
  acquire(): Promise<void> {
    this.log.push("acquire")
    return Promise.resolve()
  }
  release(): void {
    this.log.push("release")
  }
}

virtual("the body runs between acquire and release, and its value is given", async () => {
  const gate = new Gate()
  const value = await runHolding("gate", gate, async () => {
    await asyncio.sleep(1)
    gate.log.push("body")
    return 7
  })
  assert.equal(value, 7)
  assert.deepEqual(gate.log, ["acquire", "body", "release"])
})

virtual("release happens whatever becomes of the body", async () => {
  const gate = new Gate()
  const boom = new Error("boom")
  const bodies: (() => unknown)[] = [
    () => {
      throw boom
    },
    () => Promise.reject(boom),
  ]
  for (const body of bodies) assert.equal(await thrown(runHolding("gate", gate, body)), boom)
  const task = asyncio.createTask(runHolding("gate", gate, () => asyncio.sleep(9)))
  await ticks(1)
  task.cancel()
  await ticks(2)
  assert.equal(fate(task), "cancelled")
  assert.deepEqual(gate.log.filter((what) => what === "release").length, 3)
})

virtual("without acquire there is no release", async () => {
  const gate = new Gate()
  const refuse = Object.assign(gate, { acquire: () => Promise.reject(new Error("full")) })
  assert.match(String(await thrown(runHolding("gate", refuse, () => assert.fail("the body runs")))), /full/)
  assert.deepEqual(gate.log, [])
})

virtual("nothing happens before it is awaited, and it has the name it was given", async (told) => {
  const gate = new Gate()
  assert.equal(String(runHolding("gate", gate, () => 1)), "<coroutine gate>")
  assert.deepEqual(gate.log, [])
  return () => told.warning(/'gate' was never awaited/)
})
