/** What each primitive is for, with three tasks. */
import * as asyncio from "asyncio-ts"

const now = (): number => asyncio.getRunningLoop().time()
const names = ["A", "B", "C"]

async function times(title: string, body: (name: string, note: (what: string) => void) => PromiseLike<void>): Promise<void> {
  const start = now()
  const notes: string[] = []
  await asyncio.gather(names.map((name) => () => body(name, (what) => notes.push(`${name} ${what} ${(now() - start).toFixed(0)}`))))
  console.log(`${title}: ${notes.join(", ")}`)
}

async function main(): Promise<void> {
  const lock = new asyncio.Lock()
  await times("Lock, one at a time", (_name, note) =>
    lock.run(async () => {
      note("in at")
      await asyncio.sleep(1)
    }),
  )

  const places = new asyncio.Semaphore(2)
  await times("Semaphore, two at a time", (_name, note) =>
    places.run(async () => {
      note("in at")
      await asyncio.sleep(1)
    }),
  )

  const ready = new asyncio.Event()
  asyncio.getRunningLoop().callLater(2, () => ready.set())
  await times("Event, until it is told", async (_name, note) => {
    await ready.wait()
    note("goes at")
  })

  const start = new asyncio.Barrier(3)
  await times("Barrier, until all are there", async (name, note) => {
    await asyncio.sleep(names.indexOf(name))
    await start.wait()
    note("goes at")
  })
}

await asyncio.run(main)
