/** A cancellation needs no parameter; a signal at the border is enough, and the host gets one back. */
import * as asyncio from "asyncio-ts"

const search = asyncio.coroutine("search", async () => {
  await asyncio.sleep(5)
  console.log("search: done")
})

const index = asyncio.coroutine("index", async () => {
  // What the host's functions want, such as fetch(url, { signal }).
  asyncio.currentTask()?.signal.addEventListener("abort", () => console.log("the host is told"))
  await asyncio.sleep(5)
  console.log("index: done")
})

const controller = new AbortController()

async function main(): Promise<void> {
  asyncio.getRunningLoop().callLater(1, () => controller.abort("the reader has left"))
  const task = asyncio.createTask(() => asyncio.gather([search(), index()]), { signal: controller.signal })
  await asyncio.wait([task])
  console.log(`stopped: ${task.cancelled()}`)
}

await asyncio.run(main)
