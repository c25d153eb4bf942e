/** A cancellation goes to the innermost await, and up from there; each level cleans up its own. */
import * as asyncio from "asyncio-ts"

const level = asyncio.coroutine("level", async (name: string, inner: () => PromiseLike<void>) => {
  try {
    await inner()
  } finally {
    console.log(`${name} cleans up`)
  }
})

async function main(): Promise<void> {
  const task = asyncio.createTask(level("outer", () => level("middle", () => level("inner", () => asyncio.sleep(60)))))
  await asyncio.sleep(1)
  task.cancel()
  await asyncio.wait([task])
  console.log(`cancelled: ${task.cancelled()}`)
}

await asyncio.run(main)
