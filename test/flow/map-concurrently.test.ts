import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { mapConcurrently, type MapOptions } from "asyncio-ts/flow"
import { randomVirtual } from "../support/random.ts"
import { me, thrown, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

const now = (): number => asyncio.getRunningLoop().time()

/** What comes out, in its order. */
async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const result of results) all.push(result)
  return all
}

/** A source that tells how far it was read and whether it was closed. */
function counted(count: number, delay?: number): { items: Iterable<number> | AsyncIterable<number>; read: number; closed: number } {
  const told = { items: [] as Iterable<number> | AsyncIterable<number>, read: 0, closed: 0 }
  function* plain(): Generator<number> {
    try {
      while (told.read < count) yield (told.read += 1)
    } finally {
      told.closed += 1
    }
  }
  async function* slow(seconds: number): AsyncGenerator<number> {
    try {
      while (told.read < count) {
        await asyncio.sleep(seconds)
        yield (told.read += 1)
      }
    } finally {
      told.closed += 1
    }
  }
  told.items = delay === undefined ? plain() : slow(delay)
  return told
}

describe("mapConcurrently", () => {
  virtual("gives the results in the order of the items, or as they are ready", async () => {
    const nap = async (seconds: number): Promise<string> => asyncio.sleep(seconds, `${seconds}`)
    assert.deepEqual(await collect(mapConcurrently([3, 1, 2], nap, { limit: 3 })), ["3", "1", "2"])
    assert.equal(now(), 3)
    assert.deepEqual(await collect(mapConcurrently([3, 1, 2], nap, { limit: 3, ordered: false })), ["1", "2", "3"])
    assert.equal(now(), 6)
  })

  randomVirtual("gives each result once, runs never more than its limit, and takes nothing too far ahead", 60, async (source) => {
    const [count, limit, ordered] = [source.below(30), 1 + source.below(5), source.chance(50)]
    const ahead = limit + source.below(4)
    const from = counted(count, source.chance(50) ? undefined : source.below(3))
    let running = 0
    let collected = 0
    const fn = async (n: number, index: number): Promise<number> => {
      running += 1
      assert.equal(index, n - 1)
      assert.ok(running <= limit, `${running} run`)
      assert.ok(from.read - collected <= ahead, `${from.read} taken, ${collected} collected`)
      await asyncio.sleep(source.below(4))
      running -= 1
      return n
    }
    const all: number[] = []
    for await (const result of mapConcurrently(from.items, fn, { limit, ordered, ahead })) {
      collected += 1
      all.push(result)
      if (source.chance(30)) await asyncio.sleep(source.below(4))
    }
    const expected = Array.from({ length: count }, (_, index) => index + 1)
    assert.deepEqual(ordered ? all : all.toSorted((a, b) => a - b), expected)
    assert.equal(from.closed, 1)
  })

  virtual("works on as many at a time as its limit", async () => {
    for (const delay of [undefined, 0]) {
      const began = now()
      await collect(mapConcurrently(counted(20, delay).items, () => asyncio.sleep(1), { limit: 5 }))
      assert.equal(now() - began, 4)
    }
    const began = now()
    await collect(mapConcurrently(Array(50).keys(), () => asyncio.sleep(1), { limit: Infinity }))
    assert.equal(now() - began, 1)
  })

  virtual("does not begin before it is asked, and reads an endless source no further than it must", async () => {
    const from = counted(Infinity)
    const results = mapConcurrently(from.items, async (n) => n, { limit: 3, ahead: 5 })
    await asyncio.sleep(1)
    assert.equal(from.read, 0)
    await results.next()
    await asyncio.sleep(1)
    assert.equal(from.read, 6)
    await results.return()
    assert.equal(from.closed, 1)
  })

  for (const how of ["break", "throw"]) {
    const leave = async (): Promise<void> => {
      if (how === "throw") throw new Error("enough")
    }
    virtual(`left by ${how}, it cancels what runs, waits for its end, and closes the source`, async () => {
      for (const delay of [undefined, 1]) {
        const from = counted(9, delay)
        const ended: string[] = []
        const fn = async (n: number): Promise<number> => {
          try {
            if (n > 1) await asyncio.sleep(100)
          } catch (error) {
            ended.push((error as Error).name)
            await asyncio.sleep(1)
            ended.push("cleaned up")
            throw error
          }
          return n
        }
        const loop = async (): Promise<void> => {
          for await (const _ of mapConcurrently(from.items, fn, { limit: 3 })) {
            await asyncio.sleep(5)
            await leave()
            break
          }
        }
        const failure = await loop().then(() => undefined, (error: Error) => error.message)
        assert.equal(failure, how === "throw" ? "enough" : undefined)
        // One has been collected, so that three others run.
        assert.deepEqual(ended.toSorted(), [...Array(3).fill("CancelledError"), ...Array(3).fill("cleaned up")])
        assert.equal(from.closed, 1)
        assert.equal(asyncio.allTasks().size, 1)
      }
    })
  }

  virtual("cancelled at any moment, nothing of it is left", async () => {
    for (const delay of [undefined, 1]) {
      for (let at = 0; at < 12; at += 0.5) {
        const from = counted(5, delay)
        const task = asyncio.createTask(() => collect(mapConcurrently(from.items, (n) => asyncio.sleep(n), { limit: 2 })))
        await asyncio.sleep(at)
        const asked = task.cancel()
        await thrown(task).catch(() => assert.equal(asked, false))
        assert.deepEqual([asyncio.allTasks().size, from.closed], [1, 1], `cancelled after ${at}`)
      }
    }
  })

  virtual("the first failure comes in its place, nothing more is begun, and what runs is cancelled", async () => {
    for (const ordered of [true, false]) {
      const from = counted(9)
      const seen: number[] = []
      const fn = async (n: number): Promise<number> => {
        await asyncio.sleep(n === 2 ? 1 : 3 * n)
        if (n === 2) throw new Error("second")
        return n
      }
      const error = await thrown(
        (async () => {
          for await (const n of mapConcurrently(from.items, fn, { limit: 3, ordered })) seen.push(n)
        })(),
      )
      assert.equal((error as Error).message, "second")
      assert.deepEqual([seen, from.read, from.closed], [ordered ? [1] : [], 3, 1])
      assert.equal(asyncio.allTasks().size, 1)
    }
  })

  virtual("an item that comes after a failure is not begun", async () => {
    const begun: number[] = []
    const fn = async (n: number): Promise<number> => {
      begun.push(n)
      if (n === 2) {
        await asyncio.sleep(0.5) // the next is being read then
        throw new Error("second")
      }
      return n
    }
    const results = mapConcurrently(counted(9, 1).items, fn, { limit: 3 })
    await results.next()
    await asyncio.sleep(5)
    assert.match(String(await thrown(results.next())), /second/)
    assert.deepEqual(begun, [1, 2])
  })

  virtual("failures that nobody can be given any more are reported", async (told) => {
    const fn = async (n: number): Promise<never> => {
      await asyncio.sleep(1)
      throw new Error(`failure ${n}`)
    }
    assert.match(String(await thrown(collect(mapConcurrently([1, 2], fn, { limit: 2 })))), /failure 1/)
    assert.match(String(told.report(/a call of mapConcurrently failed after its loop had ended/).exception), /failure 2/)
  })

  virtual("a source that fails ends it after the results before, and is not closed", async () => {
    let closed = 0
    for (const asynchronous of [true, false]) {
      const broken = {
        [asynchronous ? Symbol.asyncIterator : Symbol.iterator]: () => {
          let n = 0
          const next = (): IteratorResult<number> => {
            if ((n += 1) > 2) throw new Error("broken")
            return { done: false, value: n }
          }
          return { next: asynchronous ? async () => next() : next, return: () => ({ done: true, value: (closed += 1) }) }
        },
      } as unknown as Iterable<number>
      const seen: number[] = []
      const loop = (async () => {
        for await (const n of mapConcurrently(broken, async (n) => asyncio.sleep(1, n), { limit: 2 })) seen.push(n)
      })()
      assert.equal(((await thrown(loop)) as Error).message, "broken")
      assert.deepEqual([seen, closed], [[1, 2], 0])
    }
  })

  virtual("awaits items that are promises or coroutines", async () => {
    const items = [Promise.resolve(1), asyncio.sleep(1, 2), 3]
    assert.deepEqual(await collect(mapConcurrently(items, (n) => n * 2, { limit: 1 })), [2, 4, 6])
  })

  virtual("loses no item of a queue that it waits for when it is cancelled", async () => {
    const queue = new asyncio.Queue<number>()
    const task = asyncio.createTask(() => collect(mapConcurrently(queue, async (n) => n, { limit: 3 })))
    await asyncio.sleep(1)
    task.cancel()
    await thrown(task)
    queue.putNowait(7)
    await ticks(5)
    assert.equal(queue.qsize(), 1)
    assert.equal(me().cancelling(), 0)
  })

  virtual("a call that cancels itself ends the loop", async () => {
    const fn = async (n: number): Promise<number> => {
      if (n === 2) me().cancel("mine")
      return asyncio.sleep(1, n)
    }
    const error = await thrown(collect(mapConcurrently([1, 2, 3], fn, { limit: 2 })))
    assert.ok(error instanceof asyncio.CancelledError)
    assert.equal(error.reason, "mine")
  })

  it("refuses what makes no sense at the call", () => {
    assert.throws(() => mapConcurrently([1], () => 1, undefined as never), /^TypeError: mapConcurrently needs options, such as \{ limit: 4 \}, but undefined was given/)
    const fn = (n: number): number => n
    for (const options of [{ limit: 0 }, { limit: 1.5 }, {}, { limit: 3, ahead: 2 }]) {
      assert.throws(() => mapConcurrently([1], fn, options as MapOptions), /mapConcurrently/)
    }
    assert.throws(() => mapConcurrently(3 as never, fn, { limit: 1 }), /takes something to iterate over, not 3/)
    assert.throws(() => mapConcurrently([1], 2 as never, { limit: 1 }), TypeError)
  })
})
