/** A task keeps its outcome: a result, an error or a cancellation, for everybody who asks, as often as they ask. */
import * as asyncio from "asyncio-ts"

const divide = asyncio.coroutine("divide", async (a: number, b: number) => {
  await asyncio.sleep(1)
  if (b === 0) throw new RangeError("division by zero")
  return a / b
})

async function main(): Promise<void> {
  const fine = asyncio.createTask(divide(6, 3), { name: "fine" })
  const wrong = asyncio.createTask(divide(6, 0), { name: "wrong" })
  const stopped = asyncio.createTask(divide(1, 1), { name: "stopped" })
  stopped.cancel()

  const [done, pending] = await asyncio.wait([fine, wrong, stopped])
  console.log(`done: ${done.size}, pending: ${pending.size}`)
  console.log(await fine, await fine, fine.result())
  console.log(String(wrong.exception()))
  console.log(`stopped was cancelled: ${stopped.cancelled()}`)
}

await asyncio.run(main)
