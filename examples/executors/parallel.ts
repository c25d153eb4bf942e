/**
 * Concurrency against parallelism: A, B and C compute 4, 2 and 4 units of work. Under gather one
 * thread does all of it in turn; in a pool of three workers they run beside each other, as far as
 * the machine has cores.
 *
 *     node --conditions=asyncio-ts:source examples/executors/parallel.ts [SQUARES_PER_UNIT]
 */
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor } from "asyncio-ts/executors"
import { Recorder, renderTimeline, timelineOf } from "asyncio-ts/inspect"
import { sumOfSquares } from "./sums.ts"
import type * as sums from "./sums.ts"

const unit = BigInt(process.argv[2] ?? 4_000_000)
const works = Object.entries({ A: 4n, B: 2n, C: 4n })

async function onOneThread(): Promise<void> {
  await asyncio.gather(works.map(([name, units]) => asyncio.createTask(() => sumOfSquares(units * unit), { name })))
}

async function onThreeWorkers(): Promise<void> {
  const pool = new InterpreterPoolExecutor({ maxWorkers: 3, name: "pool" })
  try {
    await pool.warm()
    const elsewhere = pool.module<typeof sums>(new URL("./sums.ts", import.meta.url))
    await asyncio.gather(works.map(([name, units]) => pool.with({ name }).submit(elsewhere.sumOfSquares, units * unit)))
  } finally {
    await pool.shutdown()
  }
}

async function draw(title: string, main: () => Promise<void>): Promise<void> {
  const recorder = new Recorder().start()
  await asyncio.run(main, { name: "main" })
  recorder.stop()
  console.log(title)
  for (const line of renderTimeline(timelineOf(recorder.recording()), { width: 80 })) console.log(line)
}

await draw("On one thread:", onOneThread)
await draw("On three workers:", onThreeWorkers)
