/** Says how far it is as results come, and gives them in the order of the list. */
import * as asyncio from "asyncio-ts"

const resize = asyncio.coroutine("resize", async (picture: string, seconds: number) => {
  await asyncio.sleep(seconds)
  return `${picture} is small`
})

async function withProgress<T>(work: readonly asyncio.Coroutine<T>[], tell: (share: number) => void): Promise<T[]> {
  return new asyncio.TaskGroup().run(async (group) => {
    const tasks = work.map((coroutine) => group.createTask(coroutine))
    let done = 0
    for (const next of asyncio.asCompleted(tasks)) {
      await next
      done += 1
      tell(done / tasks.length)
    }
    return tasks.map((task) => task.result())
  })
}

await asyncio.run(async () => {
  const pictures = [resize("cat", 3), resize("dog", 1), resize("owl", 2), resize("ant", 4)]
  const texts = await withProgress(pictures, (share) => console.log(`${"█".repeat(share * 8).padEnd(8, "·")} ${share * 100} %`))
  console.log(texts.join(", "))
})
