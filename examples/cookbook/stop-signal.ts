/** A shutdown in order: the workers stop taking jobs, finish what they have, and then the connection is closed. */
import * as asyncio from "asyncio-ts"

const worker = asyncio.coroutine("worker", async (name: string, stop: asyncio.Event) => {
  let jobs = 0
  while (!stop.isSet()) {
    await asyncio.sleep(2) // a job
    jobs += 1
  }
  console.log(`${name}: stopped after ${jobs} jobs`)
})

await asyncio.run(async () => {
  const stop = new asyncio.Event({ name: "stop" })
  // loop.addSignalHandler("SIGTERM", () => stop.set())
  const loop = asyncio.getRunningLoop()
  loop.callLater(5, () => stop.set())
  let patience: asyncio.TimerHandle | undefined
  try {
    await new asyncio.TaskGroup().run(async (group) => {
      group.createTask(worker("one", stop))
      group.createTask(worker("two", stop))
      await stop.wait()
      console.log("asked to stop: at most 30 s more")
      patience = loop.callLater(30, () => group.cancel())
    })
  } finally {
    patience?.cancel()
    console.log("the connection is closed")
  }
})
