import { checkSeconds, describe } from "../../structures/arguments.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { hostOperation } from "../../core/host-operation.ts"
import { atRoot } from "../../host/node.ts"

/** What became of something that is to happen once. */
export interface Once<T> {
  /** Whether it happened now; else it had happened before, by this job's earlier life or another caller. */
  readonly first: boolean
  /** What it gave when it happened, now or then. */
  readonly value: T
}

/** A client of Redis: one of `ioredis`, or of `redis` (node-redis). */
export type RedisClient =
  | { call(command: string, args: string[]): Promise<unknown> }
  | { sendCommand(args: string[]): Promise<unknown> }

/** A command of Redis with its arguments, such as `["INCRBY", "stock", -1]`. */
export type RedisCommand = readonly [name: string, ...args: (string | number | bigint)[]]

const WEEK = 7 * 24 * 3600

// The key is set first and with what the commands gave at the end. Redis takes nothing back: if
// a later command fails the key stays, or those before it would be done twice.
const SCRIPT = `
local known = redis.call("GET", KEYS[1])
if known then return {0, known} end
local results = {}
local at = 3
for number = 1, tonumber(ARGV[2]) do
  local count = tonumber(ARGV[at])
  local command = {}
  for index = 1, count do command[index] = ARGV[at + index] end
  at = at + count + 1
  local reply = redis.pcall(unpack(command))
  if type(reply) == "table" and reply.err then
    if number > 1 then redis.call("SET", KEYS[1], "") end
    return {2, number, reply.err}
  end
  if type(reply) == "table" and reply.ok then reply = reply.ok end
  if reply == false then reply = cjson.null end
  results[number] = reply
end
local told = cjson.encode(results)
if #results == 0 then told = "[]" end
if ARGV[1] == "" then redis.call("SET", KEYS[1], told) else redis.call("SET", KEYS[1], told, "PX", ARGV[1]) end
return {1, told}
`

/**
 * Runs commands of Redis once for a key, whatever is repeated: the key and what the commands
 * do are written in one operation.
 *
 * A job may be begun more than once, and may die after its effect and before it has said so.
 * So the effect itself has to know that it was there. In a Redis Cluster the keys of all
 * commands and this one belong in one slot (`{order-17}`).
 *
 * @param key - names the effect; `currentJobKey()` names it by the job
 * @param commands - at least one
 * @returns `value` is the replies, as JSON has them, also where the effect had happened before
 * @throws RuntimeError if Redis refuses a command: the first, and nothing was done; a later one,
 * and those before it are done and stay so.
 * @throws CancelledError if the task is cancelled; it may be done all the same, once.
 *
 * @example
 * ```ts
 * import { currentJobKey, onceInRedis, type RedisClient } from "asyncio-ts/executors"
 *
 * // In the module that workers serve; redis is `new Redis(url)` of ioredis.
 * export const sellWith = (redis: RedisClient) => async (tea: string) => {
 *   const { value } = await onceInRedis(redis, currentJobKey(), [["DECR", `stock:${tea}`], ["INCR", "sold"]])
 *   return value
 * }
 * console.log(typeof sellWith) // -> function
 * ```
 */
export function onceInRedis(client: RedisClient, key: string, commands: readonly RedisCommand[], options: { readonly expire?: number | undefined } = {}): Coroutine<Once<unknown[]>> {
  checkClient(client)
  if (typeof key !== "string" || key === "") throw new TypeError(`the key of onceInRedis is a text, but ${describe(key)} was given`)
  if (!Array.isArray(commands) || commands.length === 0 || !commands.every((command) => Array.isArray(command) && command.length > 0)) {
    throw new TypeError(`onceInRedis takes a list of commands, such as [["INCR", "sold"]], not ${describe(commands)}`)
  }
  const { expire = WEEK } = options
  checkSeconds(expire, "expire of onceInRedis")
  if (expire <= 0) throw new RangeError(`expire of onceInRedis must be more than 0 seconds, but is ${expire}`)
  const given = commands as readonly RedisCommand[] // checked above
  const lived = expire === Infinity ? "" : String(Math.round(expire * 1000))
  const args = [SCRIPT, "1", `once:${key}`, lived, String(given.length), ...given.flatMap((command) => [String(command.length), ...command.map(String)])]
  return hostOperation<Once<unknown[]>>({
    name: "onceInRedis",
    detail: key,
    start(done) {
      const answer = atRoot(() => ("call" in client ? client.call("EVAL", args) : client.sendCommand(["EVAL", ...args])))
      answer.then(
        (reply) => {
          try {
            done.returned(read(reply, key, given))
          } catch (error) {
            done.failed(error)
          }
        },
        (error: unknown) => done.failed(error),
      )
    },
  })
}

function read(reply: unknown, key: string, commands: readonly RedisCommand[]): Once<unknown[]> {
  const [how, told, why] = reply as readonly unknown[] // three at most, as the script gives them
  if (Number(how) !== 2) {
    if (told === "") throw new RuntimeError(`'${key}' was done before in part: a command of it failed then; look at its data, and delete the key 'once:${key}' to have it done again`)
    return { first: Number(how) === 1, value: JSON.parse(String(told)) as unknown[] } // the script encodes a list
  }
  const number = Number(told)
  const name = commands[number - 1]?.[0] ?? ""
  const done = number === 1 ? "nothing was done" : `the ${number - 1} before it ${number === 2 ? "is" : "are"} done, and stay so`
  throw new RuntimeError(`command ${number} of '${key}', ${name}, failed in Redis: ${String(why)}; ${done}`)
}

function checkClient(client: unknown): void {
  const { call, sendCommand } = (client ?? {}) as { call?: unknown; sendCommand?: unknown } // whatever was given
  if (typeof call === "function" || typeof sendCommand === "function") return
  throw new TypeError(`onceInRedis takes a client of ioredis or of node-redis first, not ${describe(client)}`)
}
