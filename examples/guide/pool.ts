/** A pool of workers: jobs run side by side, their results are awaited, and the pool is shut down whatever happens. */
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor } from "asyncio-ts/executors"

const sumOfSquares = (count: number) => {
  let sum = 0
  for (let number = 1; number <= count; number += 1) sum += number * number
  return sum
}

async function main(): Promise<void> {
  const pool = new InterpreterPoolExecutor({ maxWorkers: 2 })
  try {
    const jobs = [10, 100, 1000].map((count) => pool.submit(sumOfSquares, count))
    console.log("given away, and the loop is free")
    console.log(await asyncio.gather(jobs))
  } finally {
    await pool.shutdown()
    console.log("no worker is left")
  }
}

await asyncio.run(main)
