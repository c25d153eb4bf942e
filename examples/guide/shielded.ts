/** `shield` keeps what must not be half done from the cancellation of whoever waits for it. */
import * as asyncio from "asyncio-ts"

const saving = asyncio.coroutine("saving", async () => {
  await asyncio.sleep(2)
  console.log("saved")
})

async function main(): Promise<void> {
  const save = asyncio.createTask(saving())
  const waiting = asyncio.createTask(async () => {
    await asyncio.shield(save)
  })
  await asyncio.sleep(1)
  waiting.cancel()
  await asyncio.wait([waiting])
  console.log(`whoever waited was cancelled: ${waiting.cancelled()}, saving was cancelled: ${save.cancelled()}`)
  await save
}

await asyncio.run(main)
