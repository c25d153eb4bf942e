/** Jobs with an effect in Redis, for the tests of what happens when things are killed. */
import * as asyncio from "asyncio-ts"
import { currentJobKey, onceInRedis } from "asyncio-ts/executors"
import { Redis } from "ioredis"

const redis = new Redis(process.env["EFFECTS_REDIS"] ?? "", { maxRetriesPerRequest: null })
redis.on("error", () => undefined) // it comes back

/** Counts how often it ran, and, once for each job, what it did. */
export async function bump(index: number): Promise<number> {
  await redis.hincrby("runs", String(index), 1)
  await onceInRedis(redis, currentJobKey(), [["HINCRBY", "effects", index, 1]])
  // The moment to be killed in: it has happened, and nobody knows.
  await asyncio.sleep(0.01)
  return index
}
