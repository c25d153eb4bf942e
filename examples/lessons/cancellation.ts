/** `cancel` stops a coroutine at its await; what it has to clean up, it cleans up. */
import * as asyncio from "asyncio-ts"

const download = asyncio.coroutine("download", async () => {
  console.log("download: begun")
  try {
    await asyncio.sleep(3600)
    console.log("download: never printed")
  } catch (error) {
    console.log(`download: stopped by ${String(error)}`)
    throw error // a cancellation is passed on
  } finally {
    await asyncio.sleep(0.1) // cleaning up may await as well
    console.log("download: the half-written file is removed")
  }
})

async function main(): Promise<void> {
  const task = asyncio.createTask(download(), { name: "download" })
  await asyncio.sleep(1)
  console.log(`asked to stop: ${task.cancel("it takes too long")}`)

  try {
    await task
  } catch (error) {
    if (!(error instanceof asyncio.CancelledError)) throw error
    console.log(`cancelled: ${task.cancelled()}, because ${String(error.reason)}`)
  }
  console.log(`asked again, too late: ${task.cancel()}`)
}

await asyncio.run(main, { name: "main" })
