/** How the loop switches at `await`: draw by hand when A and B run and wait, then compare. */
import * as asyncio from "asyncio-ts"
import { Recorder } from "asyncio-ts/inspect"

const work = asyncio.coroutine("work", async (first: number, second: number) => {
  await asyncio.sleep(first)
  await asyncio.sleep(second)
})

async function main(): Promise<void> {
  const a = asyncio.createTask(work(1, 2), { name: "A" })
  const b = asyncio.createTask(work(2, 0.5), { name: "B" })
  await asyncio.gather([a, b])
}

const recorder = new Recorder().start()
await asyncio.run(main, { name: "main" })
recorder.stop()

const { tasks, events } = recorder.recording()
const names = new Map(tasks.map(({ id, name }) => [id, name]))
const start = events[0]?.time ?? 0
const words = { created: "is made, and ready", resumed: "runs", done: "is done" }
for (const event of events) {
  if (event.kind === "ready" || event.kind === "cancel requested") continue
  const what = event.kind === "parked" ? `waits for ${event.on}: the loop looks who is ready` : words[event.kind]
  console.log(`${(event.time - start).toFixed(1)}s  ${names.get(event.task)} ${what}`)
}
