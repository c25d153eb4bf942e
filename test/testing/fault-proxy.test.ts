import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { startFaultProxy } from "asyncio-ts/testing"

test("a fault proxy that was closed is forgotten by its loop, which warns of what is open", () =>
  asyncio.run(async () => {
    const { resources } = asyncio.getRunningLoop() as unknown as { resources: ReadonlySet<object> } // inside a loop
    const before = resources.size
    const proxy = await startFaultProxy({ port: 1 })
    assert.equal(resources.size, before + 1)
    await proxy.close()
    await proxy.close()
    assert.equal(resources.size, before)
  }))

test("faults that make no sense are refused at the call", () => {
  const wrong: [object, RegExp][] = [
    [{ kind: "delay", seconds: -1 }, /^RangeError: seconds of the fault delay is at least 0, not -1/],
    [{ kind: "slice", size: 1, seconds: -1 }, /^RangeError: seconds of the fault slice/],
    [{ kind: "slice", size: 0 }, /^RangeError/],
    [{ kind: "melt" }, /^TypeError: a fault is delay/],
  ]
  for (const [fault, message] of wrong) assert.throws(() => startFaultProxy({ port: 1 }, { up: fault as never }), message)
})
