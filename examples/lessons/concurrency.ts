/** Concurrency on one thread: the waits of A (4 s), B (2 s) and C (4 s) overlap, their work takes turns. */
import * as asyncio from "asyncio-ts"
import { Recorder, renderTimeline, timelineOf } from "asyncio-ts/inspect"

const wait = asyncio.coroutine("wait", async (seconds: number) => {
  for (let second = 0; second < seconds; second += 1) await asyncio.sleep(1)
})

async function main(): Promise<void> {
  const tasks = Object.entries({ A: 4, B: 2, C: 4 })
  await asyncio.gather(tasks.map(([name, seconds]) => asyncio.createTask(wait(seconds), { name })))
}

const recorder = new Recorder().start()
await asyncio.run(main, { name: "main" })
recorder.stop()

for (const line of renderTimeline(timelineOf(recorder.recording()), { width: 60 })) console.log(line)
