/**
 * Reads a generator that runs in a worker. It is never far ahead of its reader, and leaving the
 * loop ends it.
 *
 *     node --conditions=asyncio-ts:source examples/executors/stream.ts [COUNT]
 */
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor } from "asyncio-ts/executors"
import type * as numbers from "./primes.ts"

const count = Number(process.argv[2] ?? 5)

async function main(): Promise<void> {
  const pool = new InterpreterPoolExecutor({ maxWorkers: 1 })
  const { primes } = pool.module<typeof numbers>(new URL("./primes.ts", import.meta.url))
  try {
    let taken = 0
    for await (const prime of primes(1_000_000)) {
      console.log(prime)
      taken += 1
      if (taken === count) break
      await asyncio.sleep(0.01) // a reader that takes its time
    }
    const [job] = pool.statistics().running
    console.log(job === undefined ? "no job is left" : `${job.name} still runs`)
  } finally {
    await pool.shutdown()
  }
}

await asyncio.run(main)
