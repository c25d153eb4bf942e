/** Many single writes become few large ones: a batch is sent when it is full, or a second old. */
import * as asyncio from "asyncio-ts"

let began = 0
/** How long the program has run. */
const now = (): string => `${(asyncio.getRunningLoop().time() - began).toFixed(1)} s`

async function* batches<T>(items: asyncio.Queue<T>, size: number, seconds: number): AsyncGenerator<T[], void> {
  const loop = asyncio.getRunningLoop()
  for (;;) {
    const batch: T[] = []
    try {
      batch.push(await items.get())
      const inTime = asyncio.timeoutAt(loop.time() + seconds)
      await inTime.run(async () => {
        while (batch.length < size) batch.push(await items.get())
      })
    } catch (error) {
      // Late or at the end: what has come is a batch too.
      if (error instanceof asyncio.QueueShutDown) {
        if (batch.length > 0) yield batch
        return
      }
      if (!(error instanceof asyncio.TimeoutError)) throw error
    }
    yield batch
  }
}

await asyncio.run(async () => {
  began = asyncio.getRunningLoop().time()
  const rows = new asyncio.Queue<number>(100)
  await new asyncio.TaskGroup().run((group) => {
    group.createTask(async () => {
      for await (const batch of batches(rows, 4, 1)) console.log(`${now()}: insert ${batch.join(", ")}`)
    })
    group.createTask(async () => {
      for (let row = 1; row <= 10; row += 1) {
        await rows.put(row)
        if (row === 6) await asyncio.sleep(5)
      }
      rows.shutdown()
    })
  })
})
