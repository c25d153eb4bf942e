import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { snapshotNow } from "asyncio-ts/inspect"
import { Sequencer, untilIdle } from "asyncio-ts/testing"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

virtualLazyAndEager("blocks are entered in the order of their positions, whoever comes first", async () => {
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31))
  console.log(`SEED=${seed}`)
  const order = new Sequencer()
  const said: number[] = []
  const positions = Array.from({ length: 20 }, (_, position) => position).toSorted((a, b) => ((a * 7919 + seed) % 101) - ((b * 7919 + seed) % 101))
  await asyncio.gather(
    positions.map((position) => async () => {
      if (position % 3 === 0) {
        await order.at(position)
        said.push(position)
      } else {
        await order.run(position, async () => {
          said.push(position)
          await asyncio.sleep(position % 2)
          assert.equal(said.at(-1), position, "the next one came in before this one was out")
        })
      }
    }),
  )
  assert.deepEqual(said, positions.toSorted((a, b) => a - b))
})

virtual("at gives the turn until the code next suspends", async () => {
  const order = new Sequencer()
  const said: string[] = []
  await asyncio.gather([
    async () => {
      await order.at(1)
      said.push("second")
    },
    async () => {
      await order.at(0)
      said.push("first")
      await Promise.resolve()
      said.push("still first")
      await asyncio.sleep(0)
    },
  ])
  assert.deepEqual(said, ["first", "still first", "second"])
})

virtual("the turn passes on however a block ends", async () => {
  const order = new Sequencer()
  const failing = asyncio.createTask(() => order.run(0, () => Promise.reject(new Error("on purpose"))))
  const cancelled = asyncio.createTask(() => order.run(1, () => asyncio.sleep(3600)))
  const last = asyncio.createTask(() => order.run(2, () => "in"))
  await assert.rejects(failing, /on purpose/)
  await untilIdle()
  cancelled.cancel()
  assert.equal(await last, "in")
  await asyncio.wait([cancelled])
  const held = await order.enter(3)
  const next = asyncio.createTask(() => order.at(4))
  await untilIdle()
  assert.equal(next.done(), false)
  held.release()
  held.release()
  await next
})

virtual("a position is used once", async () => {
  const order = new Sequencer()
  await order.at(0)
  await assert.rejects(async () => order.at(0), /^RuntimeError: position 0 of this Sequencer was used before/)
  const first = asyncio.createTask(() => order.at(2))
  await untilIdle()
  await assert.rejects(async () => order.run(2, () => assert.fail("never in")), /position 2 .* was used before/)
  await order.at(1)
  await first
})

for (const how of ["cancelled while it waits", "cancelled as its turn comes", "ended with its timeout"]) {
  virtualLazyAndEager(`one that is ${how} breaks the sequence, so that nobody hangs`, async () => {
    const order = new Sequencer({ name: "steps" })
    const held = await order.enter(0)
    const one = asyncio.createTask(() =>
      how.startsWith("ended") ? asyncio.timeout(1).run(() => order.at(1)) : order.at(1),
    )
    const two = asyncio.createTask(() => order.run(2, () => assert.fail("never in")))
    await untilIdle()
    if (how === "cancelled as its turn comes") held.release()
    if (how.startsWith("cancelled")) one.cancel()
    await asyncio.wait([one, two])
    if (how.startsWith("cancelled")) assert.ok(one.cancelled())
    else assert.ok(one.exception() instanceof asyncio.TimeoutError)
    assert.match(String(two.exception()), /^RuntimeError: this Sequencer is broken: the task at position 1 was cancelled before its turn; make a new one$/)
    await assert.rejects(async () => order.at(3), /is broken/)
    held.release()
    assert.equal(String(order), "<Sequencer 'steps' [broken]>")
  })
}

virtual("who looks sees for which turn a task waits", async () => {
  const order = new Sequencer({ name: "steps" })
  const held = await order.enter(0)
  const third = asyncio.createTask(() => order.at(2), { name: "third" })
  await untilIdle()
  const seen = snapshotNow().tasks.find(({ name }) => name === "third")
  assert.equal(seen?.waits[0]?.text, "position 2 of sequencer 'steps', where it is the turn of 0")
  assert.equal(String(order), "<Sequencer 'steps' [turn of 0, waiting:1]>")
  held.release()
  await order.at(1)
  await third
})

virtual("what is no position is refused at the call", () => {
  const order = new Sequencer()
  assert.throws(() => order.at(-1), /^RangeError: a position of a Sequencer must be at least 0, but is -1/)
  assert.throws(() => order.enter(0.5), /^TypeError: a position of a Sequencer is a whole number/)
  assert.throws(() => order.run(0, "body" as never), /^TypeError: the body of Sequencer\.run is a function/)
})
