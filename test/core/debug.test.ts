/** How many loops are in debug mode, and who watches meanwhile. */
import assert from "node:assert/strict"
import { after, beforeEach, describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { debugging, whileDebugging } from "#src/core/debug.ts"
import { watchDebugMode } from "#src/inspect/debug-mode.ts"
import { thrownAs } from "../support/record.ts"

let log: string[] = []

/** Watches by writing down when it begins and ends. */
function watch(): () => void {
  log.push("watch")
  return () => log.push("stop")
}

describe("who watches loops in debug mode", () => {
  beforeEach(() => {
    log = []
    whileDebugging(watch)
  })
  after(() => whileDebugging(watchDebugMode))

  it("is called for the first loop, and stopped with the last", () => {
    assert.equal(debugging(), false)
    const [first, second] = [new asyncio.EventLoop(), new asyncio.EventLoop()]
    first.setDebug(true)
    second.setDebug(true)
    assert.deepEqual([log, debugging()], [["watch"], true])
    first.setDebug(false)
    assert.deepEqual([log, debugging()], [["watch"], true])
    second.setDebug(false)
    assert.deepEqual([log, debugging()], [["watch", "stop"], false])
    first.setDebug(true)
    assert.deepEqual(log, ["watch", "stop", "watch"])
    first.close()
    second.close()
    assert.deepEqual([log, debugging()], [["watch", "stop", "watch", "stop"], false])
  })

  it("is told once, however often a loop is told the same", () => {
    const loop = new asyncio.EventLoop()
    for (const enabled of [true, true, true, false, false]) loop.setDebug(enabled)
    assert.deepEqual([log, debugging()], [["watch", "stop"], false])
    loop.close()
    loop.close()
    assert.equal(debugging(), false)
  })

  it("stops when a run in debug mode ends, also when it fails", async () => {
    assert.equal(await asyncio.run(async () => debugging(), { debug: true }), true)
    assert.equal(debugging(), false)
    await thrownAs(RangeError, asyncio.run(() => Promise.reject(new RangeError("boom")), { debug: true }))
    assert.equal(debugging(), false)
    assert.deepEqual(log, ["watch", "stop", "watch", "stop"])
  })

  it("may be replaced in the midst, which ends the one before", () => {
    const loop = new asyncio.EventLoop()
    loop.setDebug(true)
    whileDebugging(() => {
      log.push("other")
      return () => log.push("other stops")
    })
    assert.deepEqual(log, ["watch", "stop", "other"])
    loop.close()
    assert.deepEqual(log, ["watch", "stop", "other", "other stops"])
  })
})

describe("a request to cancel", () => {
  it("carries its place while a loop is in debug mode, and only then", async () => {
    const placeOf = async (): Promise<unknown> => {
      const task = asyncio.createTask(asyncio.sleep(60))
      await asyncio.sleep(0)
      task.cancel()
      const error = await thrownAs(asyncio.CancelledError, task)
      return error.requestedAt
    }
    assert.match(String(await asyncio.run(placeOf, { debug: true })), /debug\.test\.ts:\d+/)
    assert.equal(await asyncio.run(placeOf), undefined)
  })
})
