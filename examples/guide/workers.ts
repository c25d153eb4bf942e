/** A bounded queue, two workers and a shutdown: `put` waits while the queue is full. */
import * as asyncio from "asyncio-ts"

const worker = asyncio.coroutine("worker", async (name: string, jobs: asyncio.Queue<number>) => {
  for await (const job of jobs) {
    await asyncio.sleep(1)
    console.log(`${name} has done job ${job}`)
  }
})

async function main(): Promise<void> {
  const jobs = new asyncio.Queue<number>(2)
  await new asyncio.TaskGroup().run(async (group) => {
    for (const name of ["Ann", "Bob"]) group.createTask(worker(name, jobs), { name })
    for (let job = 1; job <= 6; job += 1) {
      await jobs.put(job)
      console.log(`job ${job} is in the queue`)
    }
    jobs.shutdown() // the workers end once it is empty
  })
}

await asyncio.run(main)
