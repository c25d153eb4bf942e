/**
 * Awaits in a row against `gather`, each with its picture in the terminal; and in a page, if one
 * is asked for: `node … sequential-gather.ts page.html`.
 */
import * as asyncio from "asyncio-ts"
import { Recorder, renderTimeline, renderTimelineSvg, timelineOf } from "asyncio-ts/inspect"
import { writeFile } from "node:fs/promises"

const fetchUser = asyncio.coroutine("fetchUser", async (id: number) => {
  await asyncio.sleep(1)
  return `User ${id}`
})

/** A task of its own, so that it has a row in the picture. */
function named(id: number): asyncio.Task<string> {
  return asyncio.createTask(fetchUser(id), { name: `fetchUser(${id})` })
}

async function sequential(): Promise<string[]> {
  const first = await named(1)
  const second = await named(2)
  const third = await named(3)
  return [first, second, third]
}

async function concurrent(): Promise<string[]> {
  return asyncio.gather([named(1), named(2), named(3)])
}

const pictures: string[] = []
for (const [title, form] of [["One await after the other", sequential], ["gather", concurrent]] as const) {
  const recorder = new Recorder().start()
  const users = await asyncio.run(form, { name: "main" })
  recorder.stop()
  const timeline = timelineOf(recorder.recording())
  console.log(`${title}: ${users.join(", ")}`)
  const { from, to } = timeline.tasks[0] ?? { from: 0, to: 0 }
  for (const line of renderTimeline(timeline, { width: 72, from, to: Math.max(to, from + 3), legend: false })) console.log(line)
  pictures.push(renderTimelineSvg(timeline, { title }))
}

const [, , page] = process.argv
if (page !== undefined) await writeFile(page, `<!doctype html><title>Awaits in a row, and gather</title>${pictures.join("")}`)
