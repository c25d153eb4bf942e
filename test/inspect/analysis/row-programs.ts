// Random programs with operations in a row, and the same with these begun together: what is predicted of one shows in the other.
import * as asyncio from "asyncio-ts"

type Work = readonly number[]
type Operation =
  | { readonly kind: "sleep"; readonly seconds: number }
  | { readonly kind: "task"; readonly work: Work }
  | { readonly kind: "gather"; readonly works: readonly Work[] }

export interface RowProgram {
  readonly row: readonly Operation[]
  /** What other tasks do meanwhile; their ends are awaited at the end. */
  readonly others: readonly Work[]
  /** What stands before the row: another task that has to get ready. */
  readonly before: Work
  /** Done after the row, by another task that an event begins. */
  readonly after: Work
  /** Whether a task of the program has the row, or its main function. */
  readonly inTask: boolean
}

export function makeRowProgram(random: () => number): RowProgram {
  const below = (limit: number): number => Math.floor(random() * limit)
  const seconds = (): number => 0.01 + random() * 0.3
  const work = (): Work => Array.from({ length: 1 + below(3) }, seconds)
  const list = <T>(length: number, make: () => T): T[] => Array.from({ length }, make)
  const operation = (): Operation => {
    const form = below(3)
    if (form === 0) return { kind: "sleep", seconds: seconds() }
    return form === 1 ? { kind: "task", work: work() } : { kind: "gather", works: list(2 + below(2), work) }
  }
  return { row: list(2 + below(5), operation), others: list(below(4), work), before: work(), after: work(), inTask: random() < 0.5 }
}

/** @param together - whether the operations of the row are begun together */
export function runRowProgram(program: RowProgram, together: boolean): () => Promise<void> {
  const { row, others, before, after, inTask } = program
  // Order that the program wants keeps the sleeps of one task from being a row themselves.
  const doWork = async (work: Work): Promise<void> => {
    for (const seconds of work) {
      const done = new asyncio.Event()
      const loop = asyncio.getRunningLoop()
      loop.callLater(seconds, () => done.set())
      await done.wait()
    }
  }
  const begin = (operation: Operation): PromiseLike<unknown> => {
    if (operation.kind === "sleep") return asyncio.sleep(operation.seconds)
    if (operation.kind === "task") return asyncio.createTask(() => doWork(operation.work))
    return asyncio.gather(operation.works.map((work) => asyncio.createTask(() => doWork(work))))
  }
  const doRow = async (): Promise<void> => {
    if (together) await asyncio.gather(row.map(begin))
    else for (const operation of row) await begin(operation)
  }
  const afterAnEvent = async (work: Work): Promise<void> => {
    const done = new asyncio.Event()
    const task = asyncio.createTask(async () => {
      await doWork(work)
      done.set()
    })
    await done.wait()
    await task
  }
  return async () => {
    const meanwhile = others.map((work) => asyncio.createTask(() => doWork(work)))
    await afterAnEvent(before)
    if (inTask) {
      const ended = new asyncio.Event()
      const task = asyncio.createTask(async () => {
        await doRow()
        ended.set()
      })
      await ended.wait()
      await task
    } else {
      await doRow()
    }
    await afterAnEvent(after)
    await asyncio.gather(meanwhile)
  }
}
