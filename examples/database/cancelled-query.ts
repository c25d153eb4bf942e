/**
 * A query that takes too long is cancelled, in the server too, and the connection goes on.
 *
 *     node --conditions=asyncio-ts:source examples/database/cancelled-query.ts postgresql://user:password@host/database
 */
import * as asyncio from "asyncio-ts"
import { createPool, sql } from "asyncio-ts/postgres"

const SLOW = "SELECT pg_sleep(60)"
const [dsn = "postgresql://postgres@127.0.0.1/postgres"] = process.argv.slice(2)

await asyncio.run(async () => {
  const pool = await createPool({ dsn, min: 0, max: 2 })
  const running = (): asyncio.Coroutine<unknown> => pool.fetchValue(sql`SELECT count(*)::int FROM pg_stat_activity WHERE state = 'active' AND query = ${SLOW}`)

  const query = asyncio.createTask(() => pool.fetchValue(SLOW))
  while ((await running()) === 0) await asyncio.sleep(0.01)
  console.log("the server sleeps")

  query.cancel()
  await asyncio.wait([query])
  console.log(`cancelled: ${query.cancelled()}`)
  while ((await running()) !== 0) await asyncio.sleep(0.01)
  console.log("the server has stopped")

  try {
    await asyncio.timeout(0.05).run(() => pool.fetchValue(SLOW))
  } catch (error) {
    console.log((error as Error).name)
  }
  console.log(`the pool is well: ${String(await pool.fetchValue("SELECT 'tea'"))}`)
  await pool.close()
})
