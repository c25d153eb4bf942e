/**
 * Stops work that computes: one that looks whether it is still wanted ends by itself, and its
 * worker goes on; one that never looks is ended with its worker, which is replaced.
 *
 *     node --conditions=asyncio-ts:source examples/executors/stop.ts
 */
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor } from "asyncio-ts/executors"
import type * as numbers from "./primes.ts"

async function main(): Promise<void> {
  const pool = new InterpreterPoolExecutor({ maxWorkers: 1, grace: 0.5 })
  const cpu = pool.module<typeof numbers>(new URL("./primes.ts", import.meta.url))
  let seen = 0
  try {
    await cpu.countPrimes(10) // the worker has started, and loaded the module
    const polite = cpu.with({ onProgress: (far) => (seen = (far as { seen: number }).seen) }).countPrimes(1e12)
    await asyncio.waitFor(polite, 0.3).catch(tell("the polite one"))
    console.log(seen > 0 ? "it told how far it was" : "it told nothing")
    await quiet(pool)
    console.log(`workers started: ${pool.statistics().started}`)

    await asyncio.waitFor(pool.submit(rude), 0.3).catch(tell("the rude one"))
    console.log(`the next result: ${(await cpu.countPrimes(100)).count}`)
    console.log(`workers started: ${pool.statistics().started}`)
  } finally {
    await pool.shutdown()
  }
}

function rude(): void {
  for (;;);
}

/** Until no job runs. */
async function quiet(pool: InterpreterPoolExecutor): Promise<void> {
  while (pool.statistics().running.length > 0) await asyncio.sleep(0.005)
}

function tell(who: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof asyncio.TimeoutError)) throw error
    console.log(`${who} was given up in time`)
  }
}

await asyncio.run(main)
