/** This package: the work of the benches of executors, on each of its pools. */

import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor, transfer, type WorkerPoolOptions } from "asyncio-ts/executors"
import * as jobs from "./executor-jobs.ts"
import { median } from "../measure.ts"
import { ANALYSES, BYTES, IN_FLIGHT, isBack, MODULE, sleep, within, WORKERS } from "./executors.ts"
import type { Program, Programs } from "./program.ts"

type Pool = InterpreterPoolExecutor | ThreadPoolExecutor | ProcessPoolExecutor
type Make = new (options: WorkerPoolOptions) => Pool

const TRANSFERS = new URL("executor-transfer-jobs.ts", import.meta.url)

/** The programs on one kind of pool. The pool is made by the first run, which is the warm-up's. */
export function programsOn(Executor: Make): Programs {
  let made: Pool | undefined
  const pool = (): Pool => (made ??= new Executor({ maxWorkers: WORKERS, minWorkers: WORKERS }))

  return {
    "executor-speedup": (size) =>
      asyncio.run(async () => {
        const cpu = pool().module<typeof jobs>(MODULE)
        const sums = await asyncio.gather(Array.from({ length: ANALYSES }, () => cpu.sumOfSquares(size)))
        return exact(sums, size)
      }),

    "executor-dispatch": (size) =>
      asyncio.run(async () => {
        const cpu = pool().module<typeof jobs>(MODULE)
        let done = 0
        for (let i = 0; i < size; i += 1) done += await cpu.empty()
        return done
      }),

    "executor-dispatch-16": (size) =>
      asyncio.run(async () => {
        const cpu = pool().module<typeof jobs>(MODULE)
        let left = size
        const lane = async (): Promise<number> => {
          let done = 0
          while (left > 0) {
            left -= 1
            done += await cpu.empty()
          }
          return done
        }
        const counts = await asyncio.gather(Array.from({ length: IN_FLIGHT }, () => lane))
        return counts.reduce((sum, count) => sum + count, 0)
      }),

    "executor-transfer": transfers(pool, true),

    "executor-map": (size) =>
      asyncio.run(async () => {
        const cpu = pool().module<typeof jobs>(MODULE)
        let done = 0
        for await (const result of pool().map(cpu.double, numbers(size))) {
          if (result === 2 * done) done += 1
        }
        return done
      }),

    "executor-start": (size) =>
      asyncio.run(async () => {
        let done = 0
        let seconds = 0
        for (let i = 0; i < size; i += 1) {
          const begun = performance.now()
          const fresh = new Executor({ maxWorkers: 1 })
          done += await fresh.module<typeof jobs>(MODULE).empty()
          seconds += (performance.now() - begun) / 1000
          await fresh.shutdown()
        }
        return { done, seconds }
      }),

    "executor-after-runaway": afterRunaway(Executor, { grace: 0 }),
  }
}

/** The same bench, with the grace that a job has by default. */
export const withGrace: Programs = { "executor-after-runaway": afterRunaway(InterpreterPoolExecutor, {}) }

export const copied: Programs = { "executor-transfer": transfers(() => new InterpreterPoolExecutor({ maxWorkers: 1 }), false) }

/** No pool: the lesson's program, whose analyses take turns on one thread. */
export const inTurn: Programs = {
  "executor-speedup": (size) =>
    asyncio.run(async () => {
      const sums: bigint[] = []
      for (let i = 0; i < ANALYSES; i += 1) sums.push(await analyse(size))
      return exact(sums, size)
    }),
}

export const gathered: Programs = {
  "executor-speedup": (size) =>
    asyncio.run(async () => exact(await asyncio.gather(Array.from({ length: ANALYSES }, () => analyse(size))), size)),
}

const analyse = asyncio.coroutine(async (size: number) => jobs.sumOfSquares(size))

function exact(sums: readonly bigint[], size: number): number {
  const wanted = jobs.closedForm(size)
  return sums.filter((sum) => sum === wanted).length * size
}

function* numbers(count: number): Generator<number> {
  for (let n = 0; n < count; n += 1) yield n
}

function transfers(pool: () => Pool, moved: boolean): Program {
  return (size) =>
    asyncio.run(async () => {
      const calls = pool().module<typeof import("./executor-transfer-jobs.ts")>(TRANSFERS)
      let bytes: Uint8Array = new Uint8Array(BYTES)
      let done = 0
      const times: number[] = []
      for (let i = 0; i < size; i += 1) {
        const sent = bytes
        const begun = performance.now()
        bytes = moved ? await calls.moved(transfer(sent)) : await calls.copied(sent)
        times.push((performance.now() - begun) / 1000)
        if (isBack(bytes, i + 1, sent, moved)) done += 1
      }
      return { done, seconds: median(times) * size }
    })
}

function afterRunaway(Executor: Make, options: { readonly grace?: number }): Program {
  return (size) =>
    asyncio.run(async () => {
      const pool = new Executor({ maxWorkers: 1, minWorkers: 1, ...options })
      const cpu = pool.module<typeof jobs>(MODULE)
      let done = 0
      let seconds = 0
      for (let i = 0; i < size; i += 1) {
        await cpu.empty()
        const runaway = asyncio.createTask(cpu.spin())
        await sleep(30)
        const begun = performance.now()
        runaway.cancel()
        done += await within(cpu.empty(), "the job after the runaway")
        seconds += (performance.now() - begun) / 1000
        await asyncio.wait([runaway])
      }
      await pool.shutdown()
      return { done, seconds }
    })
}
