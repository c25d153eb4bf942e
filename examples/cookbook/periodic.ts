/** A job every ten seconds that keeps its beat, never overlaps, survives its own errors, and ends with its group. */
import * as asyncio from "asyncio-ts"

let began = 0
/** How long the program has run. */
const now = (): string => `${(asyncio.getRunningLoop().time() - began).toFixed(1)} s`

const every = asyncio.coroutine("every", async (seconds: number, job: () => Promise<void>) => {
  const loop = asyncio.getRunningLoop()
  for (let next = loop.time() + seconds; ; next += seconds * Math.max(1, Math.ceil((loop.time() - next) / seconds))) {
    await asyncio.sleep(next - loop.time())
    try {
      await job()
    } catch (error) {
      if (error instanceof asyncio.CancelledError) throw error
      console.log(`${now()}: ${String(error)}`)
    }
  }
})

let round = 0
async function collect(): Promise<void> {
  round += 1
  await asyncio.sleep(1)
  if (round === 2) throw new Error("the disk is full")
  console.log(`${now()}: round ${round}`)
}

await asyncio.run(async () => {
  began = asyncio.getRunningLoop().time()
  await new asyncio.TaskGroup().run(async (group) => {
    group.createTask(every(10, collect), { name: "collect" })
    await asyncio.sleep(45) // the program's own work
    group.cancel()
  })
  console.log("ended")
})
