/**
 * Four sums of squares, each of at least a second: as coroutines, under gather, and in a pool of
 * each kind. Draws what the tasks did, and below them a lane for each worker.
 *
 *     node --conditions=asyncio-ts:source examples/executors/cpu-bound.ts [COUNT|scaled [PICTURE.svg]]
 */
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from "asyncio-ts/executors"
import { Recorder, renderTimeline, renderTimelineSvg, timelineOf } from "asyncio-ts/inspect"
import { availableParallelism } from "node:os"
import { closedFormula, sumOfSquares } from "./sums.ts"
import type * as sums from "./sums.ts"

const FOUR = [1, 2, 3, 4]
const [given, picture] = process.argv.slice(2)

const add = asyncio.coroutine("add", async (count: bigint) => sumOfSquares(count))

/** A count that keeps this machine at work for a second and a bit, once its code is warm. */
function scaled(): bigint {
  for (let count = 1_000_000n; ; count += count) {
    const seconds = Math.min(secondsOf(count), secondsOf(count), secondsOf(count))
    if (seconds >= 0.25) return BigInt(Math.ceil((Number(count) * 1.1) / seconds))
  }
}

function secondsOf(count: bigint): number {
  const start = performance.now()
  sumOfSquares(count)
  return (performance.now() - start) / 1000
}

async function timed(what: string, work: () => PromiseLike<readonly bigint[]>, exact: bigint): Promise<void> {
  const start = performance.now()
  const found = await work()
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(2)}s`)
  for (const sum of found) if (sum !== exact) throw new Error(`the sum is ${exact}, not ${sum}`)
}

async function main(count: bigint): Promise<void> {
  const exact = closedFormula(count)
  await timed("One sum", async () => [await add(count)], exact)
  await timed("'Async' CPU-bound (still sequential)", async () => {
    const found = []
    for (const _ of FOUR) found.push(await add(count))
    return found
  }, exact)
  await timed("gather() with CPU work (still sequential)", () => {
    return asyncio.gather(FOUR.map((number) => asyncio.createTask(add(count), { name: `gather ${number}` })))
  }, exact)
  const maxWorkers = availableParallelism()
  for (const Pool of [InterpreterPoolExecutor, ThreadPoolExecutor, ProcessPoolExecutor]) {
    const pool = new Pool({ maxWorkers })
    try {
      const elsewhere = pool.module<typeof sums>(new URL("./sums.ts", import.meta.url))
      await timed(`${Pool.name}, ${maxWorkers} workers`, () => asyncio.gather(FOUR.map(() => elsewhere.sumOfSquares(count))), exact)
    } finally {
      await pool.shutdown()
    }
  }
  console.log(`Each sum: ${exact} = (n - 1) n (2n - 1) / 6`)
}

const count = given === undefined || given === "scaled" ? scaled() : BigInt(given)
console.log(`n = ${count.toLocaleString("en")}`)
const recorder = new Recorder().start()
await asyncio.run(() => main(count), { name: "main" })
recorder.stop()

const timeline = timelineOf(recorder.recording())
for (const line of renderTimeline(timeline, { width: 100 })) console.log(line)
if (picture !== undefined) {
  await asyncio.run(() => asyncio.files.write(picture, renderTimelineSvg(timeline, { title: `Four sums of ${count.toLocaleString("en")} squares` })))
}
