/** What computes goes to other threads: the loop stays free, and cores work side by side. */
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor } from "asyncio-ts/executors"

/** Captures nothing, so that it can be sent to a worker. */
function countPrimes(below: number): number {
  let count = 0
  for (let number = 2; number < below; number += 1) {
    let divisor = 2
    while (divisor * divisor <= number && number % divisor !== 0) divisor += 1
    if (divisor * divisor > number) count += 1
  }
  return count
}

await asyncio.run(async () => {
  const pool = new InterpreterPoolExecutor({ maxWorkers: 2 })
  try {
    const counts = await asyncio.gather([10_000, 20_000, 30_000].map((below) => pool.submit(countPrimes, below)))
    console.log(`primes: ${counts.join(", ")}`)
  } finally {
    await pool.shutdown()
  }
})
