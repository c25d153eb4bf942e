import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { onceInRedis } from "asyncio-ts/executors"
import { Redis } from "ioredis"
import { redisServer, skip, type RedisServer } from "./support/redis-server.ts"

describe("onceInRedis", { skip }, () => {
  let server: RedisServer
  let redis: Redis
  before(async () => {
    server = await redisServer()
    redis = new Redis(server.url)
  })
  after(async () => {
    redis.disconnect()
    await server.remove()
  })

  test("what is asked for twice happens once, and gives the same both times", () =>
    asyncio.run(async () => {
      const sell = (): asyncio.Coroutine<unknown> => onceInRedis(redis, "order-1", [["INCRBY", "sold", 3], ["SET", "last", "Masala ☕"], ["GET", "nothing"], ["LRANGE", "no list", 0, -1]])
      const first = await sell()
      assert.deepEqual(first, { first: true, value: [3, "OK", null, {}] })
      assert.deepEqual(await sell(), { first: false, value: [3, "OK", null, {}] })
      assert.deepEqual(await asyncio.settled(redis.mget("sold", "last")), ["3", "Masala ☕"])
    }))

  test("of many at the same time one is the first", () =>
    asyncio.run(async () => {
      const all = await asyncio.gather(Array.from({ length: 50 }, () => onceInRedis(redis, "race", [["INCR", "raced"]])))
      assert.equal(all.filter(({ first }) => first).length, 1)
      assert.ok(all.every(({ value }) => value[0] === 1))
    }))

  test("a first command that Redis refuses leaves the key free", () =>
    asyncio.run(async () => {
      await asyncio.settled(redis.set("text", "tea"))
      await assert.rejects(async () => await onceInRedis(redis, "wrong", [["INCR", "text"]]), /command 1 of 'wrong', INCR, failed in Redis: .*not an integer.*; nothing was done/)
      await asyncio.settled(redis.set("text", "1"))
      assert.deepEqual(await onceInRedis(redis, "wrong", [["INCR", "text"]]), { first: true, value: [2] })
    }))

  test("a later one leaves it taken: what was done before it is not done again", () =>
    asyncio.run(async () => {
      await asyncio.settled(redis.set("text", "tea"))
      const half = (): asyncio.Coroutine<unknown> => onceInRedis(redis, "half", [["INCR", "halves"], ["INCR", "text"]])
      await assert.rejects(async () => await half(), /command 2 of 'half', INCR, failed in Redis: .*; the 1 before it is done, and stay/)
      await assert.rejects(async () => await half(), /'half' was done before in part.*delete the key 'once:half'/)
      assert.equal(await asyncio.settled(redis.get("halves")), "1")
    }))

  test("the key is forgotten after a while", () =>
    asyncio.run(async () => {
      await onceInRedis(redis, "short", [["INCR", "n"]], { expire: 100 })
      await onceInRedis(redis, "long", [["INCR", "n"]], { expire: Infinity })
      const left = await asyncio.settled(Promise.all([redis.pttl("once:short"), redis.pttl("once:long"), redis.pttl("once:race")]))
      assert.ok(left[0] > 90_000 && left[0] <= 100_000)
      assert.equal(left[1], -1)
      assert.ok(left[2] > 6 * 24 * 3600 * 1000, "a week by default")
    }))

  test("a client of node-redis will do", () =>
    asyncio.run(async () => {
      const other = { sendCommand: ([name = "", ...args]: string[]) => redis.call(name, args) }
      assert.deepEqual(await onceInRedis(other, "other", [["INCR", "others"]]), { first: true, value: [1] })
    }))

  test("what cannot be meant is refused at the call", () => {
    assert.throws(() => onceInRedis({} as never, "k", [["PING"]]), /takes a client of ioredis or of node-redis first/)
    assert.throws(() => onceInRedis(redis, "", [["PING"]]), /the key of onceInRedis/)
    assert.throws(() => onceInRedis(redis, "k", []), /takes a list of commands/)
    assert.throws(() => onceInRedis(redis, "k", ["PING"] as never), /takes a list of commands/)
    assert.throws(() => onceInRedis(redis, "k", [["PING"]], { expire: 0 }), /expire of onceInRedis must be more than 0/)
  })
})
