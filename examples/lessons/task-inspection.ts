/** Which tasks are there, who am I, and what became of them? */
import * as asyncio from "asyncio-ts"

const worker = asyncio.coroutine("worker", async (seconds: number) => {
  console.log(`I am ${asyncio.currentTask()?.getName()}`)
  await asyncio.sleep(seconds)
  if (seconds > 2) throw new Error("too long")
  return seconds
})

async function main(): Promise<void> {
  const quick = asyncio.createTask(worker(1), { name: "quick" })
  const slow = asyncio.createTask(worker(3), { name: "slow" })
  const endless = asyncio.createTask(worker(2), { name: "endless" })

  await asyncio.sleep(1.5)
  endless.cancel()
  for (const task of asyncio.allTasks()) console.log("not done:", task)

  await asyncio.wait([quick, slow, endless])
  for (const task of [quick, slow, endless]) {
    const outcome = task.cancelled() ? "cancelled" : (task.exception() ?? task.result())
    console.log(`${task.getName()}, made of ${String(task.getCoro())}: ${String(outcome)}`)
  }
}

await asyncio.run(main, { name: "main" })
