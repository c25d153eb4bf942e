/** A program that hangs, asked why: who waits for what, who holds it, and where the circle is. */
import * as asyncio from "asyncio-ts"
import { findDeadlocks, takeSnapshot } from "asyncio-ts/inspect"

const till = new asyncio.Lock({ name: "till" })
const shelf = new asyncio.Lock({ name: "shelf" })

const both = asyncio.coroutine("both", (first: asyncio.Lock, second: asyncio.Lock) =>
  first.run(async () => {
    await asyncio.sleep(1)
    await second.run(() => console.log("never printed"))
  }),
)

await asyncio.run(async () => {
  const work = [asyncio.createTask(both(till, shelf), { name: "pay" }), asyncio.createTask(both(shelf, till), { name: "stock" })]
  await asyncio.wait(work, { timeout: 10 })

  const snapshot = await takeSnapshot()
  for (const { name, waits } of snapshot.tasks) console.log(`${name}: ${waits.map(({ text }) => text).join(", ") || "runs"}`)
  for (const { how, text } of findDeadlocks(snapshot)) console.log(`${how} deadlock: ${text}`)

  for (const task of work) task.cancel("none of them can go on")
  await asyncio.wait(work)
}, { name: "main" })
