/** How a source is cut into chunks, and when, on virtual time: chunks are run here, and not by workers. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { ChunkSize } from "#src/executors/chunk-size.ts"
import { installHost } from "#src/host/host.ts"
import { nodeHost } from "#src/host/node.ts"
import { mapChunks, type ChunkOutcome, type MapPlan } from "#src/executors/map-chunks.ts"
import { randomVirtual } from "../support/random.ts"
import { thrown } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

let held: number | null = null
installHost({ ...nodeHost, now: () => held ?? nodeHost.now() })

/** A virtual test during which the host's clock stands still: a machine that stalls would have an item not wait any longer. */
function virtualAndStill(name: string, body: () => Promise<void>): void {
  virtual(name, async () => {
    held = nodeHost.now()
    try {
      await body()
    } finally {
      held = null
    }
  })
}

const now = (): number => asyncio.getRunningLoop().time()

/** Runs chunks on so many lanes, an item of `n` in `cost(n)` seconds, and tells how they were cut. */
class Lanes {
  readonly chunks: number[][] = []
  readonly begun: number[] = []
  running = 0
  most = 0
  ended = 0
  readonly #cost: (n: number) => number
  readonly #lanes: asyncio.Semaphore

  constructor(lanes: number, cost: (n: number) => number = () => 0) {
    this.#lanes = new asyncio.Semaphore(lanes)
    this.#cost = cost
  }

  readonly run = async (items: readonly unknown[]): Promise<ChunkOutcome> => {
    this.chunks.push(items as number[]) // what the tests give
    this.running += 1
    this.most = Math.max(this.most, this.running)
    const begun = now()
    this.begun.push(begun)
    try {
      return await this.#lanes.run(async () => {
        const start = now()
        const values: number[] = []
        for (const n of items as number[]) {
          const cost = this.#cost(n)
          if (cost > 0) await asyncio.sleep(cost)
          if (n < 0) return { values, failure: { error: new RangeError(`item ${n}`) }, seconds: now() - start }
          values.push(n * 10)
        }
        return { values, seconds: now() - start }
      })
    } finally {
      this.running -= 1
      this.ended += 1
    }
  }
}

function map(source: Iterable<number> | AsyncIterable<number>, lanes: Lanes, plan: Partial<MapPlan> = {}): AsyncGenerator<number, void, undefined> {
  return mapChunks<number>(source, lanes.run, { lanes: 2, ordered: true, chunkSize: undefined, inFlight: 4, ...plan })
}

async function collect<T>(results: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const result of results) into.push(result)
  return into
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** A source that tells how far it was read and whether it was closed; with a delay each item takes that long. */
function counted(count: number, delay?: number) {
  const told = { items: [] as Iterable<number> | AsyncIterable<number>, read: 0, closed: 0, readers: new Set<unknown>() }
  function* plain(): Generator<number> {
    try {
      while (told.read < count) {
        told.read += 1
        yield told.read - 1
      }
    } finally {
      told.closed += 1
    }
  }
  async function* slow(seconds: number): AsyncGenerator<number> {
    try {
      while (told.read < count) {
        told.readers.add(asyncio.currentTask())
        if (seconds > 0) await asyncio.sleep(seconds)
        told.read += 1
        yield told.read - 1
      }
    } finally {
      told.closed += 1
    }
  }
  told.items = delay === undefined ? plain() : slow(delay)
  return told
}

describe("the chunks of map", () => {
  virtual("have as many items as their size says, and the last what is left", async () => {
    for (const source of [upTo(10), counted(10).items, counted(10, 0).items, counted(10, 0.5).items]) {
      const lanes = new Lanes(2)
      assert.deepEqual(await collect(map(source, lanes, { chunkSize: 4 })), upTo(10).map((n) => n * 10))
      assert.deepEqual(lanes.chunks.map((chunk) => chunk.length), [4, 4, 2])
    }
  })

  virtual("grow from one item to what takes 10 to 20 ms", async () => {
    const lanes = new Lanes(2, () => 0.0001)
    await collect(map(upTo(5000), lanes))
    const sizes = lanes.chunks.map((chunk) => chunk.length)
    assert.equal(sizes[0], 1)
    assert.ok(sizes.every((size, index) => index === 0 || size <= 4 * Math.max(...sizes.slice(0, index))), String(sizes))
    const largest = Math.max(...sizes)
    assert.ok(largest >= 100 && largest <= 200, `the largest has ${largest} items`)
  })

  virtual("have one item each where an item takes long", async () => {
    const lanes = new Lanes(2, () => 0.5)
    await collect(map(upTo(8), lanes))
    assert.deepEqual(lanes.chunks.map((chunk) => chunk.length), Array.from({ length: 8 }, () => 1))
    assert.equal(now(), 2)
  })

  virtual("shrink at once when items take longer than those before", async () => {
    const lanes = new Lanes(1, (n) => (n < 2000 ? 0.0001 : 0.1))
    await collect(map(upTo(2100), lanes, { lanes: 1, inFlight: 1 }))
    const late = lanes.chunks.filter((chunk) => (chunk[0] ?? 0) >= 2000)
    assert.ok((late[0]?.length ?? 0) <= 200)
    assert.ok(late.slice(1).every((chunk) => chunk.length === 1), String(late.map((chunk) => chunk.length)))
  })

  virtual("are shared out at the end of a list, so that both lanes are done at about the same time", async () => {
    const lanes = new Lanes(2, () => 0.001)
    await collect(map(upTo(400), lanes))
    assert.ok(now() < 0.203, `it took ${now()} s, and two lanes have 0.2 s of work`)
  })

  virtual("do not wait for a slow source while a lane has nothing to do", async () => {
    const lanes = new Lanes(2)
    const seen: number[] = []
    for await (const _ of map(counted(5, 1).items, lanes)) seen.push(now())
    assert.deepEqual(seen, [1, 2, 3, 4, 5])
  })

  virtualAndStill("take what has come meanwhile from a source that is faster than the lanes", async () => {
    const lanes = new Lanes(2, () => 0.0015)
    await collect(map(counted(300, 0.0005).items, lanes))
    const sizes = lanes.chunks.map((chunk) => chunk.length)
    assert.ok(sizes.length < 150, `${sizes.length} chunks for 300 items`)
  })

  virtual("take the first at the latest after some milliseconds, however busy the source", async () => {
    async function* busy(): AsyncGenerator<number> {
      for (let n = 0; n < 60; n += 1) {
        const end = performance.now() + 2
        while (performance.now() < end);
        await asyncio.sleep(0)
        yield n
      }
    }
    const lanes = new Lanes(2)
    await collect(map(busy(), lanes))
    const largest = Math.max(...lanes.chunks.map((chunk) => chunk.length))
    assert.ok(largest <= 8, `the largest has ${largest} items`)
  })

  virtualAndStill("take with what came when all were busy what is there by now", async () => {
    async function* bursts(): AsyncGenerator<number> {
      yield 0
      await asyncio.sleep(1.1)
      yield 1
      await asyncio.sleep(0.5)
      yield* [2, 3, 4, 5]
    }
    const sizes: number[] = []
    const run = async (items: readonly unknown[]): Promise<ChunkOutcome> => {
      sizes.push(items.length)
      await asyncio.sleep(1)
      return { values: items, seconds: 0 }
    }
    const results = mapChunks<number>(bursts(), run, { lanes: 1, ordered: true, chunkSize: undefined, inFlight: 1 })
    assert.deepEqual(await collect(results), upTo(6))
    assert.deepEqual(sizes, [1, 1, 4])
  })

  virtualAndStill("are full from a source that has its items at hand", async () => {
    const lanes = new Lanes(2, () => 0.0001)
    await collect(map(counted(5000, 0).items, lanes))
    const sizes = lanes.chunks.map((chunk) => chunk.length)
    assert.ok(sizes.length < 100, `${sizes.length} chunks: ${String(sizes)}`)
  })

  randomVirtual("give each result once and in order, and nothing is taken too far ahead", 60, async (source) => {
    const [count, lanes, inFlight, chunkSize] = [source.below(60), 1 + source.below(3), 1 + source.below(5), source.chance(50) ? 1 + source.below(4) : undefined]
    const ordered = source.chance(60)
    const from = counted(count, source.chance(50) ? undefined : source.pick([0, 0.001, 1]))
    const costs = upTo(61).map(() => source.pick([0, 0, 0.001, 0.03, 1]))
    const runner = new Lanes(lanes, (n) => costs[n] ?? 0)
    const got: number[] = []
    let largest = 1
    for await (const result of map(from.items, runner, { lanes, inFlight, chunkSize, ordered })) {
      got.push(result)
      largest = Math.max(largest, ...runner.chunks.map((chunk) => chunk.length))
      // The one whose results are given out, those on their way, and the next one of an async source, which may
      // have grown four times and has not been run.
      const next = chunkSize ?? 4 * largest
      assert.ok(from.read <= got.length + largest * (inFlight + 1) + next, `${from.read} read, ${got.length} given out`)
      if (source.chance(20)) await asyncio.sleep(source.pick([0, 0.01, 2]))
    }
    assert.ok(runner.most <= inFlight, `${runner.most} in flight`)
    assert.deepEqual(ordered ? got : got.toSorted((a, b) => a - b), upTo(count).map((n) => n * 10))
    assert.equal(from.closed, 1)
    assert.equal(asyncio.allTasks().size, 1)
  })

  virtual("come in the order of their ends when asked for that", async () => {
    const lanes = new Lanes(2, (n) => (n === 0 ? 2 : 1))
    assert.deepEqual(await collect(map([0, 1, 2], lanes, { ordered: false, chunkSize: 1 })), [10, 0, 20])
  })

  virtual("with an item that fails give those before it, in order, then the error, and begin nothing more", async () => {
    const lanes = new Lanes(2, (n) => (n === 0 ? 3 : 0))
    const got: number[] = []
    const from = [0, 1, 2, 3, -1, 5, 6, 7, 8, 9, 10, 11]
    const error = await thrown(collect(map(from, lanes, { chunkSize: 3, inFlight: 2 }), got))
    assert.equal((error as Error).message, "item -1")
    assert.ok(error instanceof RangeError)
    assert.deepEqual(got, [0, 10, 20, 30])
    assert.deepEqual(lanes.chunks.length, 2)
    assert.equal(lanes.running, 0)
  })

  virtual("that come after one with a failure are not begun, though its results are still given out", async () => {
    for (const source of [[0, -1, 2, 3, 4, 5], counted(6, 0).items]) {
      const lanes = new Lanes(2)
      const run = async (items: readonly unknown[]): Promise<ChunkOutcome> => lanes.run((items as number[]).map((n) => (n === 1 ? -1 : n))) // what the tests give
      const got: number[] = []
      const slow = async (): Promise<void> => {
        for await (const result of mapChunks<number>(source, run, { lanes: 2, ordered: true, chunkSize: 1, inFlight: 2 })) {
          got.push(result)
          await asyncio.sleep(1)
        }
      }
      await assert.rejects(slow, RangeError)
      assert.deepEqual(got, [0])
      assert.equal(lanes.chunks.length, 2)
    }
  })

  virtual("give what a source gave before it failed", async () => {
    function* plain(): Generator<number> {
      yield 1
      yield 2
      throw new Error("dry")
    }
    async function* slow(): AsyncGenerator<number> {
      await asyncio.sleep(1)
      yield* plain()
    }
    for (const source of [plain(), slow()]) {
      const got: number[] = []
      const error = await thrown(collect(map(source, new Lanes(2), { chunkSize: 8 }), got))
      assert.equal((error as Error).message, "dry")
      assert.deepEqual(got, [10, 20])
    }
  })

  virtual("end when the loop is left, and the source is closed", async () => {
    for (const delay of [undefined, 0, 0.1]) {
      const lanes = new Lanes(2, () => 1)
      const from = counted(Infinity, delay)
      for await (const result of map(from.items, lanes, { chunkSize: 1 })) if (result === 20) break
      assert.equal(from.closed, 1)
      assert.equal(lanes.running, 0)
      assert.equal(asyncio.allTasks().size, 1)
    }
  })

  virtual("end when the task of the loop is cancelled", async () => {
    const lanes = new Lanes(2, () => 100)
    const from = counted(Infinity, 0.1)
    await assert.rejects(async () => asyncio.timeout(5).run(() => collect(map(from.items, lanes))), { name: "TimeoutError" })
    assert.equal(from.closed, 1)
    assert.equal(lanes.running, 0)
    assert.equal(lanes.ended, lanes.chunks.length)
    assert.equal(asyncio.allTasks().size, 1)
  })

  virtual("leave a source behind that waits for something foreign", async () => {
    async function* stuck(): AsyncGenerator<number> {
      yield 1
      await new Promise(() => undefined)
    }
    for await (const result of map(stuck(), new Lanes(2), { chunkSize: 1 })) {
      assert.equal(result, 10)
      break
    }
  })

  virtual("are read by one task, so that a source may hold what belongs to a task", async () => {
    const from = counted(40, 0.01)
    await collect(map(from.items, new Lanes(2), { chunkSize: 3 }))
    assert.equal(from.readers.size, 1)
  })

  virtual("are not begun before the first result is asked for", async () => {
    const from = counted(3, 0)
    const results = map(from.items, new Lanes(2))
    await asyncio.sleep(1)
    assert.equal(from.read, 0)
    await results.return()
    assert.equal(from.read, 0)
  })

  virtual("of nothing are nothing", async () => {
    for (const source of [[], counted(0, 0).items]) assert.deepEqual(await collect(map(source, new Lanes(2))), [])
  })
})

describe("the size of a chunk", () => {
  it("stays what the caller has said", () => {
    const size = new ChunkSize(5, 2)
    size.took(5, 60)
    assert.equal(size.next(), 5)
  })

  it("is not judged by a chunk that was small because little had come", () => {
    const size = new ChunkSize(undefined, 2)
    for (const items of [1, 4, 16, 64]) size.took(items, items * 1e-5)
    assert.equal(size.next(), 256)
    size.took(1, 1e-4)
    assert.equal(size.next(), 256)
  })

  it("is 2048 at most, however little an item takes", () => {
    const size = new ChunkSize(undefined, 2)
    for (let chunk = 0; chunk < 20; chunk += 1) size.took(size.next(), 0)
    assert.equal(size.next(), 2048)
  })
})
