/**
 * Downloads texts, computes in a pool of workers, and saves what came out: all at once, within
 * limits. A download that takes too long and one that fails leave the others alone; Ctrl-C ends
 * downloads, jobs and workers.
 *
 *     node --conditions=asyncio-ts:source examples/executors/hybrid.ts [FOLDER [BOOKS [ROUNDS [PICTURE.svg]]]]
 */
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, type ModuleCalls } from "asyncio-ts/executors"
import { Client } from "asyncio-ts/http"
import { Recorder, renderTimeline, renderTimelineSvg, timelineOf } from "asyncio-ts/inspect"
import { join } from "node:path"
import type * as digests from "./digest.ts"
import { startLibrary } from "./library.ts"

/** Downloads at a time. */
const DOWNLOADS = 4
/** Seconds for a download, and for the work on it. */
const [PATIENCE, WORK] = [2, 20] as const

const [given, books = "12", rounds = "60000", picture] = process.argv.slice(2)

interface Shelf {
  readonly client: Client
  readonly downloads: asyncio.Semaphore
  readonly cpu: ModuleCalls<typeof digests>
  readonly folder: string
}

/** One book, from the server to the disk. */
async function handle(book: string, { client, downloads, cpu, folder }: Shelf): Promise<void> {
  const text = await downloads.run(() =>
    asyncio.timeout(PATIENCE).run(async () => {
      const response = await client.get(`/${book}`)
      return response.raiseForStatus().text()
    }),
  )
  console.log(`${book}: downloaded`)
  const found = await asyncio.waitFor(cpu.digest(text, Number(rounds)), WORK)
  await asyncio.files.write(join(folder, `${book}.json`), JSON.stringify(found))
}

async function main(folder: string): Promise<void> {
  const server = await startLibrary(0.1)
  const pool = new InterpreterPoolExecutor()
  const client = new Client({ baseUrl: server.url })
  const cpu = pool.module<typeof digests>(new URL("./digest.ts", import.meta.url))
  const shelf = { client, downloads: new asyncio.Semaphore(DOWNLOADS), cpu, folder }
  try {
    const names = ["missing", "endless", ...Array.from({ length: Number(books) }, (_, book) => String(book))]
    const tasks = names.map((book) => asyncio.createTask(() => handle(book, shelf), { name: `book ${book}` }))
    console.log(`${names.length} books`)
    const outcomes = await asyncio.gather(tasks, { returnExceptions: true })
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome instanceof Error) console.log(`${names[index]}: ${outcome.name}`)
    }
    console.log(`saved ${(await asyncio.files.list(folder)).length} of ${names.length}`)
  } finally {
    await asyncio.gather([client.close(), pool.shutdown({ cancelFutures: true }), server.close()])
    console.log("closed")
  }
}

const recorder = new Recorder().start()
try {
  if (given === undefined) await asyncio.run(() => asyncio.files.temporaryDirectory().run(main), { name: "main" })
  else await asyncio.run(() => main(given), { name: "main" })
} catch (error) {
  if (!(error instanceof asyncio.KeyboardInterrupt)) throw error
  process.exitCode = 130 // as of a program that Ctrl-C has ended
} finally {
  recorder.stop()
  const timeline = timelineOf(recorder.recording())
  for (const line of renderTimeline(timeline, { width: 100 })) console.log(line)
  if (picture !== undefined) await asyncio.run(() => asyncio.files.write(picture, renderTimelineSvg(timeline, { title: "Download, compute, save" })))
}
