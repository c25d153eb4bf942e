/** `sleep` only, with a diagram of each: in turn, together, and a task that was made before. */
import * as asyncio from "asyncio-ts"
import { Recorder, renderTimeline, timelineOf } from "asyncio-ts/inspect"

/** A task that only sleeps, with a row of its own. */
function nap(name: string, seconds: number): asyncio.Task<void> {
  return asyncio.createTask(asyncio.sleep(seconds), { name })
}

const lessons: Record<string, () => Promise<void>> = {
  "In turn: 2 + 1 = 3 seconds": async () => {
    await nap("first", 2)
    await nap("second", 1)
  },
  "Together: the longest, 2 seconds": async () => {
    await asyncio.gather([nap("first", 2), nap("second", 1)])
  },
  "Made first, awaited last: 2 seconds": async () => {
    const first = nap("first", 2)
    await nap("second", 1)
    await first
  },
}

for (const [title, lesson] of Object.entries(lessons)) {
  const recorder = new Recorder().start()
  await asyncio.run(lesson, { name: "main" })
  recorder.stop()
  const timeline = timelineOf(recorder.recording())
  const { from, to } = timeline.tasks[0] ?? { from: 0, to: 0 }
  console.log(title)
  for (const line of renderTimeline(timeline, { width: 60, from, to: Math.max(to, from + 3), legend: false })) console.log(line)
  console.log()
}
