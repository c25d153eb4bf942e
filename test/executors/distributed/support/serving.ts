/** A worker in the test's own process, and what it tells. */
import * as asyncio from "asyncio-ts"
import { DistributedWorker, type DistributedWorkerOptions, type WorkerEvent } from "asyncio-ts/executors"


export interface Serving {
  readonly worker: DistributedWorker
  readonly events: readonly WorkerEvent[]
  /** The next event of that kind that nobody has waited for yet. */
  readonly told: (kind: WorkerEvent["kind"], name?: string) => Promise<WorkerEvent>
  /** What was told so far is of no interest. */
  readonly forget: () => void
}

export const TASKS = new URL("../programs/tasks.ts", import.meta.url)

/** Starts a worker; to be awaited in a loop. */
export async function serving(options: Partial<DistributedWorkerOptions>): Promise<Serving> {
  const events: WorkerEvent[] = []
  const taken = new Set<WorkerEvent>()
  const watchers = new Set<() => void>()
  const worker = new DistributedWorker({
    modules: [TASKS],
    concurrency: 2,
    ...options,
    onEvent(event) {
      events.push(event)
      for (const watcher of watchers) watcher()
    },
  })
  await worker.start()
  const told = (kind: WorkerEvent["kind"], name?: string): Promise<WorkerEvent> =>
    asyncio.settled(
      new Promise<WorkerEvent>((resolve) => {
        const look = (): void => {
          const found = events.find((event) => event.kind === kind && !taken.has(event) && (name === undefined || ("name" in event && event.name === name)))
          if (found === undefined) return
          taken.add(found)
          watchers.delete(look)
          resolve(found)
        }
        watchers.add(look)
        look()
      }),
    )
  const forget = (): void => {
    for (const event of events) taken.add(event)
  }
  return { worker, events, told, forget }
}
