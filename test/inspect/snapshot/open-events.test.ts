import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import { setImmediate } from "node:timers/promises"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { forgottenIterators } from "#src/inspect/snapshot/open-events.ts"
import { openIterators } from "#src/tasks/open-iterators.ts"

function told(after = 0): string[] {
  return forgottenIterators(after).map(({ kind, text }) => `${kind}: ${text.replace(/for \d+ s/, "for 0 s")}`)
}

test("an iterator of events that its task has left open is told of, and no more once it is closed or has ended", () =>
  asyncio.run(async () => {
    const door = new EventEmitter()
    const knocks: { iterator?: AsyncIterator<string> } = {}
    await asyncio.createTask(async () => {
      knocks.iterator = asyncio.fromEvent<string>(door, "knock", { until: "closed" }).open()
      door.emit("knock", "Ann")
      await knocks.iterator.next()
      assert.deepEqual(told(), [], "its task runs")
    }, { name: "porter" })
    door.emit("knock", "Bob")
    assert.deepEqual(told(), ["listener: fromEvent 'knock' still listens: 'porter', which began it, has ended; nobody has asked it for 0 s, 1 event not taken"])
    assert.deepEqual(told(60), [], "somebody has asked not long ago")
    await knocks.iterator?.return?.()
    assert.deepEqual(told(), [])
    await asyncio.createTask(async () => void asyncio.fromEvent(door, "knock", { until: "closed" }).open())
    assert.equal(told().length, 1)
    door.emit("closed")
    assert.deepEqual([told(), [...openIterators()]], [[], []])
  }))

test("one that somebody else waits at, or that was opened in no task, is not", () =>
  asyncio.run(async () => {
    const door = new EventEmitter()
    const outside = await new Promise<AsyncIterator<unknown>>((resolve) => setTimeout(() => resolve(asyncio.fromEvent(door, "bell").open()), 0))
    const knocks = await asyncio.createTask(async () => ({ iterator: asyncio.fromEvent<string>(door, "knock").open() }))
    const guest = asyncio.createTask(() => knocks.iterator.next())
    await asyncio.sleep(0)
    assert.deepEqual(told(), [])
    door.emit("knock", "Ann")
    await guest
    assert.equal(told().length, 1)
    await Promise.all([outside.return?.(), knocks.iterator.return()])
  }))

test("what is known of an iterator keeps neither it nor its task", async () => {
  const { setFlagsFromString } = await import("node:v8")
  const { runInNewContext } = await import("node:vm")
  setFlagsFromString("--expose-gc")
  const gc = runInNewContext("gc") as () => void // the flag makes it
  await asyncio.run(async () => {
    await asyncio.createTask(async () => void asyncio.fromEvent(new EventEmitter(), "knock").open())
  })
  for (let look = 0; look < 100 && [...openIterators()].length > 0; look += 1) {
    await setImmediate()
    gc()
  }
  assert.deepEqual([...openIterators()], [])
})
