import type { Redis } from "ioredis"
import { ConnectionError, ConnectionRefusedError, osError, OSError, PermissionError } from "../../errors/os-errors.ts"
import { TimeoutError } from "../../errors/timeout-error.ts"
import { host } from "../../host/host.ts"
import { atRoot } from "../../host/node.ts"
import { loadPackages } from "./load-packages.ts"
import type { RedisTarget } from "./redis-address.ts"

/** Milliseconds between attempts to reach a Redis that has gone away, at most. */
const LONGEST_PAUSE = 1_000

/**
 * A connection that was made; it comes back by itself when it is lost, for as long as it takes.
 *
 * @throws RuntimeError without the packages; ConnectionRefusedError, AddressLookupError and
 * other ConnectionErrors with the address if there is no Redis; PermissionError if it wants
 * another password; TimeoutError after `connectTimeout` seconds.
 */
export async function openRedis(target: RedisTarget, connectTimeout: number, attempt: string): Promise<Redis> {
  const { ioredis } = await loadPackages(attempt)
  let connected = false
  const redis = atRoot(
    () =>
      new ioredis.Redis({
        ...target.options,
        lazyConnect: true,
        // A worker waits in Redis for its jobs: as BullMQ asks for.
        maxRetriesPerRequest: null,
        connectTimeout: connectTimeout * 1000,
        // It waits so long also for a socket that is closed.
        disconnectTimeout: 200,
        // The first time nobody is helped by a second attempt a moment later.
        retryStrategy: (times: number) => (connected ? Math.min(50 * 2 ** times, LONGEST_PAUSE) : null),
      }),
  )
  try {
    await connect(redis, connectTimeout, attempt)
  } catch (error) {
    redis.disconnect()
    throw connectError(error, attempt, target)
  }
  connected = true
  return redis
}

function connect(redis: Redis, connectTimeout: number, attempt: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let refused: unknown
    const timer = host.setTimer(connectTimeout, () => {
      refused = new TimeoutError(`${attempt}: no answer within ${connectTimeout} s`)
      reject(refused)
    })
    // It tells why only by this event; what `connect` rejects with is that the connection is closed.
    redis.on("error", (error: unknown) => {
      refused ??= error
    })
    atRoot(() => redis.connect())
      // A database that does not exist is told by the event alone, and number 0 would be used.
      .then(() => (refused === undefined ? resolve() : reject(refused)))
      .catch((error: unknown) => reject(refused ?? error))
      .finally(() => host.clearTimer(timer))
  })
}

function connectError(error: unknown, attempt: string, { port }: RedisTarget): unknown {
  if (error instanceof TimeoutError) return error
  const text = error instanceof Error ? error.message : String(error)
  if (text.startsWith("NOAUTH")) {
    return new PermissionError(`${attempt}: it wants a password, and none was given; write redis://:PASSWORD@HOST:PORT`, { code: "NOAUTH", cause: error })
  }
  if (/^WRONGPASS|invalid password|invalid username/.test(text)) {
    return new PermissionError(`${attempt}: it takes neither this user nor this password`, { code: "WRONGPASS", cause: error })
  }
  const known = osError(error, attempt)
  if (known instanceof ConnectionRefusedError) {
    const start = port === undefined ? "redis-server" : `redis-server --port ${port}`
    return new ConnectionRefusedError(`${known.message}; start one with \`${start}\`, or say where it is`, { code: known.code, errno: known.errno, syscall: known.syscall, address: known.address, port: known.port, cause: error })
  }
  if (known instanceof OSError) return known
  if (text.includes("RESP type")) return new ConnectionError(`${attempt}: what listens there speaks another protocol than Redis`, { cause: error })
  return new ConnectionError(`${attempt}: ${text}`, { cause: error })
}
