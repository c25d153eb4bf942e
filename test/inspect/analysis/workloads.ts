// Programs of which it is known what limits them: each is built to be limited by one thing, with a little of others beside it.
import { setTimeout as hostSleep } from "node:timers/promises"
import { Worker } from "node:worker_threads"

import * as asyncio from "asyncio-ts"
import { ThreadPoolExecutor } from "asyncio-ts/executors"
import type { VerdictKind } from "#src/inspect/analysis/verdict.ts"
import { occupy } from "./work.ts"

export const LABELS = ["io", "cpu", "starved", "lock", "queue", "workers", "collection", "idle"] as const satisfies readonly VerdictKind[]
export type Label = (typeof LABELS)[number]

export interface Workload {
  readonly label: Label
  /** What was drawn, for whoever looks at a wrong verdict. */
  readonly drawn: Readonly<Record<string, number>>
  readonly main: () => Promise<void>
}

/** What a workload needs that is made once. */
export interface Surroundings {
  readonly port: number
  close(): Promise<void>
}

export async function makeSurroundings(): Promise<Surroundings> {
  const thread = new Worker(new URL("reply-server.mjs", import.meta.url), { execArgv: [] })
  const port = await new Promise<number>((resolve, reject) => {
    thread.once("message", resolve)
    thread.once("error", reject)
  })
  return {
    port,
    close: async () => {
      await thread.terminate()
    },
  }
}

interface Draw {
  /** A number between two. */
  between(low: number, high: number): number
  /** A whole number, both ends included. */
  count(low: number, high: number): number
}

type Maker = (draw: Draw, until: () => boolean, surroundings: Surroundings) => () => Promise<void>

/** @param seconds - about how long it runs */
export function makeWorkload(label: Label, random: () => number, surroundings: Surroundings, seconds = 0.3): Workload {
  const drawn: Record<string, number> = {}
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"]
  const note = (value: number): number => {
    drawn[names[Object.keys(drawn).length] ?? String(Object.keys(drawn).length)] = value
    return value
  }
  const draw: Draw = {
    between: (low, high) => note(low + random() * (high - low)),
    count: (low, high) => note(low + Math.floor(random() * (high - low + 1))),
  }
  let end = 0
  const body = MAKERS[label](draw, () => performance.now() >= end, surroundings)
  return {
    label,
    drawn,
    main: async () => {
      end = performance.now() + seconds * 1000
      await body()
    },
  }
}

function burn(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

async function together(count: number, work: (n: number) => Promise<void>): Promise<void> {
  await asyncio.gather(Array.from({ length: count }, (_, n) => asyncio.createTask(() => work(n), { name: `task ${n}` })))
}

/** Asks the server again and again; `between` is done after each answer. */
async function asks(port: number, milliseconds: number, until: () => boolean, between: () => void = () => {}): Promise<void> {
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
  while (!until()) {
    writer.write(`${milliseconds}\n`)
    await reader.readLine()
    between()
  }
  writer.close()
  await writer.waitClosed()
}

const MAKERS: Readonly<Record<Label, Maker>> = {
  // Answers of a server, or promises of others; a little code, and a lock that is nearly always free.
  io: (draw, until, { port }) => {
    const tasks = draw.count(1, 12)
    const wait = draw.between(3, 30)
    const code = draw.between(0, (0.25 * wait) / tasks)
    const foreign = draw.count(0, 1) === 1
    return async () => {
      const lock = new asyncio.Lock()
      await together(tasks, async (n) => {
        if (!foreign || n % 2 === 1) return asks(port, wait, until, () => burn(code))
        while (!until()) {
          await asyncio.wrapFuture(hostSleep(wait))
          await lock.run(() => burn(code))
        }
      })
    }
  },
  // Tasks that compute in turns, all alike; one that asks the server beside them.
  cpu: (draw, until, { port }) => {
    const tasks = draw.count(1, 6)
    const step = draw.between(0.5, 8)
    const asking = tasks > 2 && draw.count(0, 1) === 1
    return async () => {
      const beside = asking ? [asyncio.createTask(() => asks(port, 20, until))] : []
      await together(tasks, async () => {
        while (!until()) {
          burn(step)
          await asyncio.sleep(0)
        }
      })
      await asyncio.gather(beside)
    }
  },
  // One task computes for long at a time; others wait for a server, or for short times, and come late.
  starved: (draw, until, { port }) => {
    const victims = draw.count(3, 10)
    const step = draw.between(15, 60)
    const wait = draw.between(1, 6)
    return async () => {
      const hog = asyncio.createTask(
        async () => {
          while (!until()) {
            burn(step)
            await asyncio.sleep(0.003)
          }
        },
        { name: "hog" },
      )
      await together(victims, async (n) => {
        if (n % 2 === 0) return asks(port, wait, until)
        while (!until()) await asyncio.sleep(wait / 1000)
      })
      await hog
    }
  },
  // More tasks want the lock, or a semaphore, than its time allows.
  lock: (draw, until, { port }) => {
    const hold = draw.between(3, 12)
    const tasks = draw.count(4, 12)
    const outside = draw.between(0, (tasks * hold) / 3)
    const semaphore = draw.count(0, 1) === 1
    const code = draw.between(0, 0.2 * hold)
    return async () => {
      const lock = semaphore ? new asyncio.Semaphore(1, { name: "one" }) : new asyncio.Lock({ name: "db" })
      await together(tasks, async () => {
        const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
        while (!until()) {
          await lock.run(async () => {
            writer.write(`${hold}\n`)
            await reader.readLine()
            burn(code)
          })
          if (outside > 0.5) await asyncio.sleep(outside / 1000)
        }
        writer.close()
        await writer.waitClosed()
      })
    }
  },
  // Producers make more than consumers take out of a small queue.
  queue: (draw, until, { port }) => {
    const consumers = draw.count(1, 3)
    const producers = draw.count(1, 5)
    const take = draw.between(4, 14)
    const make = draw.between(0, (take * producers) / consumers / 3)
    const size = draw.count(1, 6)
    return async () => {
      const queue = new asyncio.Queue<number>(size, { name: "jobs" })
      const taking = Array.from({ length: consumers }, (_, n) =>
        asyncio.createTask(
          async () => {
            const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
            for await (const item of queue) {
              writer.write(`${take + item}\n`)
              await reader.readLine()
            }
            writer.close()
            await writer.waitClosed()
          },
          { name: `consumer ${n}` },
        ),
      )
      await together(producers, async () => {
        while (!until()) {
          if (make > 0.5) await asyncio.sleep(make / 1000)
          await queue.put(0)
        }
      })
      queue.shutdown()
      await asyncio.gather(taking)
    }
  },
  // More jobs than workers.
  workers: (draw, until) => {
    const workers = draw.count(1, 2)
    const clients = draw.count(2 * workers + 1, 8)
    const job = draw.between(5, 25)
    return async () => {
      const pool = new ThreadPoolExecutor({ maxWorkers: workers })
      try {
        await together(clients, async () => {
          while (!until()) await asyncio.getRunningLoop().runInExecutor(pool, occupy, job)
        })
      } finally {
        await pool.shutdown()
      }
    }
  },
  // Tasks that make many objects which live for a while.
  collection: (draw, until) => {
    const tasks = draw.count(1, 4)
    const kept = draw.count(100_000, 300_000)
    return async () => {
      const alive = Array.from({ length: kept }, (): unknown => undefined)
      const row = Array.from({ length: 8 }, () => ({}))
      let made = 0
      await together(tasks, async () => {
        while (!until()) {
          for (let n = 0; n < 20_000; n += 1) {
            // Made by the engine's own code, which does not learn that they live long.
            alive[made % kept] = made % 3 === 0 ? row.slice() : made % 3 === 1 ? row.concat(row) : row.toReversed()
            made += 1
          }
          await asyncio.sleep(0)
        }
      })
    }
  },
  // Nothing to do but to look at the clock now and then, and to wait for what does not come.
  idle: (draw, until) => {
    const waiting = draw.count(1, 8)
    const every = draw.between(15, 80)
    const code = draw.between(0, 0.5)
    return async () => {
      const queue = new asyncio.Queue<number>()
      const stopped = new asyncio.Event()
      const tasks = Array.from({ length: waiting }, (_, n) =>
        asyncio.createTask(async () => {
          if (n % 2 === 0) await queue.get()
          else await stopped.wait()
        }),
      )
      while (!until()) {
        await asyncio.sleep(every / 1000)
        burn(code)
      }
      stopped.set()
      for (const task of tasks) task.cancel()
      await asyncio.gather(tasks, { returnExceptions: true })
    }
  },
}
