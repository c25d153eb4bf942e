/** The order of events in a browser is CPython's too, for tasks of a single line, as all of these are. */
import assert from "node:assert/strict"
import { after, before, it } from "node:test"
import type { Located } from "../../conformance/runner.ts"

// Browsers have no setImmediate; without it the host takes the MessageChannel that they have.
const { setImmediate } = globalThis
const opened: MessageChannel[] = []
const OwnChannel = MessageChannel

class RecordedChannel extends MessageChannel {
  constructor() {
    super()
    opened.push(this)
  }
}

before(async () => {
  Object.assign(globalThis, { setImmediate: undefined, MessageChannel: RecordedChannel })
  await import("#src/browser.ts")
})

after(() => {
  Object.assign(globalThis, { setImmediate, MessageChannel: OwnChannel })
  // An open one keeps the process alive.
  for (const { port1 } of opened) port1.close()
})

for (const entry of ["microtask", "timer", "tick"] as const) {
  it(`gives CPython's trace for each vector when it is entered from a ${entry}`, async () => {
    const { host } = await import("#src/host/host.ts")
    assert.equal(host.followsAwait, false)
    const { ownVectors, scenariosOf } = await import("../../conformance/files.ts")
    const { runScenarios } = await import("../../conformance/runner.ts")
    const failures: string[] = []
    let passed = 0
    await runScenarios(scenariosOf(await ownVectors()), entry, {
      passed() {
        passed += 1
      },
      failed({ place }: Located) {
        failures.push(place)
      },
    })
    assert.deepEqual(failures, [])
    assert.equal(passed, 2700)
    assert.equal(opened.length, 1)
  })
}
