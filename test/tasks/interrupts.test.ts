import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import { KeyboardInterrupt } from "#src/errors/keyboard-interrupt.ts"
import { installHost } from "#src/host/host.ts"
import { nodeHost } from "#src/host/node.ts"
import { onInterrupt, replaceInterrupts } from "#src/tasks/interrupts.ts"

let raised = 0
/** Told of errors that nobody catches. */
const uncaught = new Set<(error: unknown) => void>()
installHost({
  ...nodeHost,
  raiseInterrupt() {
    raised += 1
  },
  onUncaught(callback) {
    uncaught.add(callback)
    return () => void uncaught.delete(callback)
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

test("after Ctrl-C the process ends by it as soon as nobody catches the interruption, and not by any other error", async () => {
  raised = 0
  const before = process.listenerCount("SIGINT")
  const stop = onInterrupt(() => undefined)
  process.emit("SIGINT")
  const [tell] = uncaught
  tell?.(new RangeError("a mistake"))
  assert.deepEqual([uncaught.size, raised, process.listenerCount("SIGINT")], [1, 0, before + 1])
  tell?.(new KeyboardInterrupt("interrupted"))
  assert.deepEqual([raised, process.listenerCount("SIGINT")], [1, before])
  stop()
  await pass()
  assert.equal(uncaught.size, 0)
})

test("nobody here is told of Ctrl-C while handlers of the program's own stand in, each until it is taken back, once", async () => {
  let told = 0
  const stop = onInterrupt(() => (told += 1))
  const [first, second] = [replaceInterrupts(), replaceInterrupts()]
  const after = (restore?: () => void): number => {
    restore?.()
    process.emit("SIGINT")
    return told
  }
  assert.deepEqual([after(), after(first), after(first), after(second)], [0, 0, 0, 1])
  stop()
  await pass()
})
