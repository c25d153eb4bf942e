/** A recording of a program's tasks, as a picture: who waits, who is cancelled, who fails. */
import * as asyncio from "asyncio-ts"
import { Recorder, renderTimeline, timelineOf } from "asyncio-ts/inspect"

async function main(): Promise<void> {
  const fine = asyncio.createTask(asyncio.sleep(3), { name: "fine" })
  const late = asyncio.createTask(() => asyncio.timeout(2).run(() => asyncio.sleep(60)), { name: "late" })
  const stopped = asyncio.createTask(asyncio.sleep(60), { name: "stopped" })
  await asyncio.sleep(1)
  stopped.cancel("not wanted")
  await asyncio.gather([fine, late, stopped], { returnExceptions: true })
}

const recorder = new Recorder().start()
await asyncio.run(main, { name: "main" })
recorder.stop()
for (const line of renderTimeline(timelineOf(recorder.recording()), { width: 84 })) console.log(line)
