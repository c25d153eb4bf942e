/** `cancel` ends the await that a task stands at, however deep it is. */
import * as asyncio from "asyncio-ts"

const ask = asyncio.coroutine("ask", async (part: string) => {
  await asyncio.sleep(10)
  console.log(`${part}: asked the database`)
})

const report = asyncio.coroutine("report", async () => {
  for (const part of ["sales", "stock", "staff"]) await ask(part)
})

async function main(): Promise<void> {
  const work = asyncio.createTask(report())
  await asyncio.sleep(1)
  console.log("the reader has left after 1 s")
  const loop = asyncio.getRunningLoop()
  const from = loop.time()
  work.cancel("the reader has left")
  await asyncio.wait([work])
  console.log(`the report ended ${(loop.time() - from).toFixed(1)} s later, cancelled: ${work.cancelled()}`)
}

await asyncio.run(main)
