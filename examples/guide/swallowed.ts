/** A `catch` that takes everything takes the cancellation too, and the task goes on. */
import * as asyncio from "asyncio-ts"

// #region wrong
const stubborn = asyncio.coroutine("stubborn", async () => {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    try {
      await asyncio.sleep(1)
    } catch (error) {
      console.log(`  attempt ${attempt}, taken for a failure: ${(error as Error).name}`)
    }
  }
  return "went on to the end"
})
// #endregion wrong

// #region right
const polite = asyncio.coroutine("polite", async () => {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    try {
      await asyncio.sleep(1)
    } catch (error) {
      if (error instanceof asyncio.CancelledError) throw error
      console.log(`  attempt ${attempt} failed`)
    }
  }
  return "went on to the end"
})
// #endregion right

async function main(): Promise<void> {
  for (const worker of [stubborn, polite]) {
    const task = asyncio.createTask(worker())
    await asyncio.sleep(0.5)
    task.cancel()
    await asyncio.wait([task])
    console.log(`${worker.name}: ${task.cancelled() ? "was cancelled" : task.result()}`)
  }
}

await asyncio.run(main)
