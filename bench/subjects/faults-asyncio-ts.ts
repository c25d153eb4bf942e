/** The faults, put to this package's pool of threads. */

import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor } from "asyncio-ts/executors"
import type * as jobs from "./fault-jobs.ts"
import { begun, brokenModule, cellOf, failed, lostResults, MODULE, outcome, tidied, type Faults } from "./faults.ts"

type Calls = ReturnType<typeof callsOf>

const callsOf = (pool: InterpreterPoolExecutor) => pool.module<typeof jobs>(MODULE)

/** Runs `body` with a pool of one worker. */
function withPool(body: (pool: InterpreterPoolExecutor, calls: Calls) => Promise<string>): () => Promise<string> {
  return () =>
    asyncio.run(async () => {
      const pool = new InterpreterPoolExecutor({ maxWorkers: 1 })
      return body(pool, callsOf(pool))
    })
}

export const faults: Faults = {
  "queued-behind-abort": withPool(async (pool, calls) => {
    const cell = cellOf()
    const spinning = pool.submit(calls.spin, cell)
    const next = pool.submit(calls.echo, "next")
    await begun(cell)
    spinning.cancel()
    return outcome(next)
  }),

  "queued-behind-crash": withPool(async (pool, calls) => {
    const leaving = pool.submit(calls.leave)
    const next = pool.submit(calls.echo, "next")
    const [first, second] = await Promise.all([outcome(leaving), outcome(next)])
    return `${second}; the other: ${first}`
  }),

  order: withPool(async (_pool, calls) => {
    const order: unknown[] = []
    const running = Array.from({ length: 8 }, (_, i) => {
      const job = async (): Promise<void> => void order.push(await calls.echo(i))
      const signal = i % 2 === 1 ? { signal: new AbortController().signal } : {}
      return asyncio.createTask(job, signal)
    })
    await asyncio.gather(running)
    return order.join(" ")
  }),

  "result-then-exit": withPool(async (pool, calls) => lostResults(() => pool.submit(calls.keep))),

  "uncloneable-result": withPool(async (pool, calls) => {
    const first = await outcome(pool.submit(calls.uncloneable))
    await calls.echo(1)
    return `${first}; workers lost: ${pool.statistics().started - 1}`
  }),

  "uncloneable-argument": withPool(async (pool, calls) => {
    try {
      return await outcome(pool.submit(calls.echo, { options: { done: () => 1 } }))
    } catch (error) {
      return `at the call, ${failed(error)}`
    }
  }),

  "abort-of-a-loop": withPool(async (pool) => {
    const tidy = pool.module<typeof import("./fault-jobs-asyncio-ts.ts")>(new URL("fault-jobs-asyncio-ts.ts", import.meta.url))
    const cell = cellOf()
    const spinning = pool.submit(tidy.spinTidily, cell)
    await begun(cell)
    spinning.cancel()
    const what = await outcome(spinning)
    return `${what.split(":", 1)[0]}; ${await tidied(cell)}; workers lost: ${pool.statistics().started - 1}`
  }),

  "syntax-error": withPool(async (pool) => outcome(pool.module<typeof jobs>(brokenModule()).echo(1))),
}
