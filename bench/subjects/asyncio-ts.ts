/** This package: the work of each bench as its documentation would write it. */

import * as asyncio from "asyncio-ts"
import { type Programs, contenders, depth, sleeperDelay } from "./program.ts"

export const programs: Programs = {
  switch: (size) =>
    asyncio.run(async () => {
      const first = asyncio.createTask(yieldOften(size))
      const second = asyncio.createTask(yieldOften(size))
      return (await first) + (await second)
    }),

  "spawn-gather": (size) =>
    asyncio.run(async () => {
      const results = await asyncio.gather(
        Array.from({ length: size }, (_, index) => yieldOnce(index)),
      )
      return results.length
    }),

  taskgroup: (size) =>
    asyncio.run(async () => {
      const tasks: asyncio.Task<number>[] = []
      await new asyncio.TaskGroup().run(async (group) => {
        for (let i = 0; i < size; i++) tasks.push(group.createTask(returnAtOnce()))
      })
      return tasks.reduce((done, task) => done + task.result(), 0)
    }),

  queue: (size) =>
    asyncio.run(async () => {
      const pings = new asyncio.Queue<number>(1)
      const pongs = new asyncio.Queue<number>(1)
      const [done] = await asyncio.gather([
        serve(size, pings, pongs),
        answer(size, pings, pongs),
      ])
      return done
    }),

  semaphore: (size) =>
    asyncio.run(async () => {
      const semaphore = new asyncio.Semaphore(10)
      const counts = await asyncio.gather(
        Array.from({ length: contenders }, () => enterOften(size, semaphore)),
      )
      return counts.reduce((sum, count) => sum + count, 0)
    }),

  timeout: (size) =>
    asyncio.run(async () => {
      let done = 0
      for (; done < size; done++) {
        await asyncio.timeout(10).run(async () => {
          await asyncio.sleep(0)
        })
      }
      return done
    }),

  cancel: (size) =>
    asyncio.run(async () => {
      const tasks = Array.from({ length: size }, () => asyncio.createTask(asyncio.sleep(3600)))
      await asyncio.sleep(0)
      for (const task of tasks) task.cancel()
      const outcomes = await asyncio.gather(tasks, { returnExceptions: true })
      return outcomes.filter((outcome) => outcome instanceof asyncio.CancelledError).length
    }),

  nested: (size) =>
    asyncio.run(async () => {
      let done = 0
      for (let i = 0; i < size; i++) done += await descend(depth - 1)
      return done
    }),

  coroutine: (size) =>
    asyncio.run(async () => {
      let done = 0
      for (let i = 0; i < size; i++) done += await returnAtOnce()
      return done
    }),

  sleepers: (size) =>
    asyncio.run(async () => {
      const results = await asyncio.gather(
        Array.from({ length: size }, (_, index) => sleepFor(sleeperDelay(index, size))),
      )
      return results.length
    }),
}

const yieldOften = asyncio.coroutine(async (times: number) => {
  let done = 0
  for (; done < times; done++) await asyncio.sleep(0)
  return done
})

const yieldOnce = asyncio.coroutine(async (index: number) => {
  await asyncio.sleep(0)
  return index
})

const returnAtOnce = asyncio.coroutine(async () => 1)

const descend: (further: number) => asyncio.Coroutine<number> = asyncio.coroutine(
  async (further: number) => {
    if (further > 0) return await descend(further - 1)
    await asyncio.sleep(0)
    return 1
  },
)

const sleepFor = asyncio.coroutine(async (seconds: number) => {
  await asyncio.sleep(seconds)
})

const serve = asyncio.coroutine(
  async (times: number, pings: asyncio.Queue<number>, pongs: asyncio.Queue<number>) => {
    let done = 0
    for (let i = 0; i < times; i++) {
      await pings.put(i)
      if ((await pongs.get()) === i) done++
    }
    return done
  },
)

const answer = asyncio.coroutine(
  async (times: number, pings: asyncio.Queue<number>, pongs: asyncio.Queue<number>) => {
    for (let i = 0; i < times; i++) await pongs.put(await pings.get())
  },
)

const enterOften = asyncio.coroutine(async (times: number, semaphore: asyncio.Semaphore) => {
  let done = 0
  for (; done < times; done++) {
    const held = await semaphore.acquire()
    try {
      await asyncio.sleep(0)
    } finally {
      held.release()
    }
  }
  return done
})
