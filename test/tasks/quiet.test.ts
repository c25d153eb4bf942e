import assert from "node:assert/strict"
import { test } from "node:test"
import { installHost } from "#src/host/host.ts"
import { nodeHost } from "#src/host/node.ts"
import { onQuiet } from "#src/tasks/quiet.ts"

installHost(nodeHost)

test("all watchers are told, by one handler of the process that is there exactly while there are watchers", () => {
  const before = process.listenerCount("beforeExit")
  const told: string[] = []
  const stopFirst = onQuiet(() => told.push("first"))
  const stopSecond = onQuiet(() => told.push("second"))
  assert.equal(process.listenerCount("beforeExit"), before + 1)
  const [quiet] = process.listeners("beforeExit").slice(-1)
  quiet?.(0)
  stopFirst()
  stopFirst()
  quiet?.(0)
  assert.equal(process.listenerCount("beforeExit"), before + 1)
  stopSecond()
  assert.equal(process.listenerCount("beforeExit"), before)
  assert.deepEqual(told, ["first", "second", "second"])
})
