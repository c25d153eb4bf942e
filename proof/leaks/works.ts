/**
 * What tasks come to: each makes about `count` of them, in one way, and gives how many it made.
 */
import * as asyncio from "asyncio-ts"

export type Works = (count: number) => Promise<number>

class ExpectedError extends Error {
  override readonly name = "ExpectedError"
}

const nothing = async (): Promise<void> => {}
const turn = async (): Promise<void> => void (await asyncio.sleep(0))
const forEver = async (): Promise<void> => void (await asyncio.sleep(Infinity))
const late = async (): Promise<void> => void (await asyncio.sleep(3600))
const fails = async (): Promise<void> => {
  await asyncio.sleep(0)
  throw new ExpectedError()
}

function made(count: number, body: () => Promise<void>): asyncio.Task<void>[] {
  return Array.from({ length: count }, () => asyncio.createTask(body))
}

async function cancelled(count: number, body: () => Promise<void>, begun: boolean): Promise<number> {
  const tasks = made(count, body)
  if (begun) await asyncio.sleep(0)
  for (const task of tasks) task.cancel()
  await asyncio.wait(tasks)
  return count
}

async function expected(work: PromiseLike<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof ExpectedError || error instanceof asyncio.ExceptionGroup || error instanceof asyncio.TimeoutError)) throw error
  }
}

export const WORKS: readonly Works[] = [
  async function awaited(count) {
    for (const task of made(count, turn)) await task
    return count
  },
  async function gathered(count) {
    await asyncio.gather(made(count, nothing))
    return count
  },
  async function failed(count) {
    await asyncio.gather(made(count, fails), { returnExceptions: true })
    return count
  },
  (count) => cancelled(count, forEver, true),
  // These have a timer each.
  (count) => cancelled(count, late, true),
  (count) => cancelled(count, late, false),
  async function timedOut(count) {
    const tasks = Array.from({ length: count }, () => asyncio.createTask(() => expected(asyncio.timeout(0).run(forEver))))
    await asyncio.wait(tasks)
    return count
  },
  async function inTime(count) {
    for (let left = count; left > 0; left -= 1) await asyncio.waitFor(turn(), 3600)
    return count
  },
  async function grouped(count) {
    await new asyncio.TaskGroup().run(async (group) => {
      for (let left = count; left > 0; left -= 1) group.createTask(turn)
    })
    return count
  },
  async function groupFailed(count) {
    await expected(
      new asyncio.TaskGroup().run(async (group) => {
        for (let left = count - 1; left > 0; left -= 1) group.createTask(forEver)
        group.createTask(fails)
      }),
    )
    return count
  },
  async function locked(count) {
    const lock = new asyncio.Lock()
    const tasks = Array.from({ length: count }, () => asyncio.createTask(() => lock.run(turn)))
    for (const task of tasks.slice(count / 2)) task.cancel()
    await asyncio.wait(tasks)
    return count
  },
  async function queued(count) {
    const queue = new asyncio.Queue<number>(2)
    const getter = asyncio.createTask(async () => {
      for (let left = count - 1; left > 0; left -= 1) await queue.get()
    })
    const putters = Array.from({ length: count - 1 }, (_, at) => asyncio.createTask(() => queue.put(at)))
    await asyncio.gather(putters)
    await getter
    return count
  },
  async function shielded(count) {
    const tasks = made(count, turn)
    for (const task of tasks) await asyncio.shield(task)
    return count
  },
]
