/** `map` over real workers; how chunks are cut and when is in map-chunks.test.ts. */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor, transfer, WorkerCrashError, type Executor, type ExecutionOptions, type ExecutorMapOptions, type WorkerPoolOptions } from "#src/executors/index.ts"
import { thrown, thrownBy } from "../support/record.ts"
import * as work from "./programs/map-work.ts"

type Work = typeof work
const MODULE = new URL("./programs/map-work.ts", import.meta.url)
const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-map-"))
after(() => rmSync(folder, { recursive: true, force: true }))

interface Pool extends Executor {
  with(options: ExecutionOptions): Executor
}
type Make = (options: WorkerPoolOptions) => Pool
const interpreters: Make = (options) => new InterpreterPoolExecutor(options)
const processes: Make = (options) => new ProcessPoolExecutor(options)
const KINDS: Readonly<Record<string, Make>> = { interpreters, processes }

async function collect<T>(results: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const result of results) into.push(result)
  return into
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

async function* slowly<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await asyncio.sleep(0)
    yield item
  }
}

/** Declares a test whose body is given a pool of two workers. */
function pooled(name: string, make: Make, body: (pool: Pool) => Promise<void>): void {
  it(name, () =>
    asyncio.run(async () => {
      const pool = make({ maxWorkers: 2 })
      try {
        await body(pool)
        // The jobs that were asked to end have a moment for it.
        await asyncio.timeout(5).run(async () => {
          while (pool.statistics().running.length > 0) await asyncio.sleep(0.005)
        })
        assert.equal(pool.statistics().queued, 0)
      } finally {
        await pool.shutdown({ cancelFutures: true })
      }
    }),
  )
}

for (const [kind, make] of Object.entries(KINDS)) {
  describe(`map over ${kind}`, () => {
    pooled("gives one result for each item, in order", make, async (pool) => {
      const wanted = upTo(3000).map((n) => n * 2)
      assert.deepEqual(await collect(pool.map((n: number) => n * 2, upTo(3000))), wanted)
      assert.deepEqual(await collect(pool.map((n: number) => n * 2, slowly(upTo(3000)))), wanted)
      assert.deepEqual(await collect(pool.map((n: number) => n * 2, upTo(3000), { chunkSize: 7, inFlight: 3 })), wanted)
      const mixed = await collect(pool.map((n: number) => n * 2, slowly(upTo(3000)), { ordered: false }))
      assert.deepEqual(mixed.sort((a, b) => a - b), wanted)
      const { done, failed, cancelled } = pool.statistics()
      // 9,429 where no chunk but those of seven has more than one: a machine that stalls comes near to that.
      assert.ok(done < 9000, `${done} jobs for 12,000 items`)
      assert.deepEqual({ failed, cancelled }, { failed: 0, cancelled: 0 })
    })

    pooled("calls functions of a module, awaits what they give, and copies items and results", make, async (pool) => {
      const calls = pool.module<Work>(MODULE)
      assert.deepEqual(await collect(pool.map(calls.double, [1, 2, 3])), [2, 4, 6])
      assert.deepEqual(await collect(pool.map(calls.nap, [0.002, 0.001])), [0.002, 0.001])
      const items = [new Map([["a", new Date(0)]]), new Map([["b", new Date(1)]])]
      const back = await collect(pool.map((map: Map<string, Date>) => [...map.keys(), map], items))
      assert.deepEqual(back, [["a", items[0]], ["b", items[1]]])
    })

    pooled("gives the results before an item that fails, then its error, and leaves nothing", make, async (pool) => {
      const calls = pool.module<Work>(MODULE)
      const got: number[] = []
      const error = await thrown(collect(pool.with({ errors: [work.WaterError] }).map(calls.pour, [1, 2, 3, 4, 5, 6], { chunkSize: 5 }), got))
      assert.ok(error instanceof work.WaterError)
      assert.equal(error.message, "4 cups are too many")
      assert.match(error.stack ?? "", /map-work\.ts/)
      assert.deepEqual(got, [1, 2, 3])
      assert.deepEqual(await collect(pool.map(calls.pour, [1])), [1])
    })

    pooled("gives the results before an item that cannot be sent, or a result that cannot", make, async (pool) => {
      const got: number[] = []
      const items = [{ n: 1 }, { n: 2 }, { n: 3, f: () => 1 }, { n: 4 }]
      const noItem = await thrown(collect(pool.map((item: { n: number }) => item.n, items, { chunkSize: 4 }), got))
      assert.ok(noItem instanceof TypeError)
      assert.match(noItem.message, /^cannot send .* of .* to a .*: argument 1\.f is a function/)
      assert.deepEqual(got, [1, 2])
      const back: unknown[] = []
      const noResult = await thrown(collect(pool.map((n: number) => (n === 3 ? { deep: [() => n] } : n), [1, 2, 3, 4], { chunkSize: 4 }), back))
      assert.ok(noResult instanceof TypeError)
      assert.match(noResult.message, /^cannot give back the result of .*: result\.deep\[0\] is a function/)
      assert.deepEqual(back, [1, 2])
    })

    pooled("fails with the worker that dies, and the pool goes on", make, async (pool) => {
      const got: number[] = []
      const dies = (n: number): number => (n === 3 ? process.exit(3) : n)
      const error = await thrown(collect(pool.map(dies, [1, 2, 3, 4], { chunkSize: 1 }), got))
      assert.ok(error instanceof WorkerCrashError)
      assert.deepEqual(got, [1, 2])
      assert.deepEqual(await collect(pool.map((n: number) => n, [5])), [5])
    })

    pooled("runs a chunk again whose worker died, if asked to", make, async (pool) => {
      const mark = join(folder, `${kind}-died`)
      const diesOnce = async ([n, path]: [number, string]): Promise<number> => {
        const { existsSync, writeFileSync } = await import("node:fs")
        if (n === 5 && !existsSync(path)) {
          writeFileSync(path, "")
          process.exit(1)
        }
        return n
      }
      const items = upTo(8).map((n): [number, string] => [n, mark])
      assert.deepEqual(await collect(pool.with({ retries: 1 }).map(diesOnce, items, { chunkSize: 3 })), upTo(8))
      assert.ok(existsSync(mark))
      assert.equal(pool.statistics().crashes, 1)
    })

    pooled("takes nothing from an endless source beyond what is in flight, and closes it when the loop is left", make, async (pool) => {
      for (const isAsync of [false, true]) {
        const told = { read: 0, closed: 0 }
        function* endless(): Generator<number> {
          try {
            for (;;) yield (told.read += 1)
          } finally {
            told.closed += 1
          }
        }
        async function* endlessAsync(): AsyncGenerator<number> {
          yield* endless()
        }
        let taken = 0
        for await (const result of pool.map((n: number) => n, isAsync ? endlessAsync() : endless(), { chunkSize: 5, inFlight: 3 })) {
          taken += 1
          assert.equal(result, taken)
          assert.ok(told.read <= taken + 5 * 4, `${told.read} read when ${taken} were given out`)
          if (taken === 200) break
        }
        assert.equal(told.closed, 1)
      }
    })

    pooled("refuses generators", make, async (pool) => {
      const message = /generator/
      assert.match(thrownBy(() => pool.map(function* (n: number) { yield n }, [1])).message, message)
      assert.match(thrownBy(() => pool.map(async function* (n: number) { yield n }, [1])).message, message)
      const calls = pool.module<Work>(MODULE)
      // The compiler sees no generator there, since what a call gives is an iterable in any case.
      const error = await thrown(collect(pool.map(calls.each as unknown as (n: number) => number, [1])))
      assert.ok(error instanceof TypeError)
      assert.match(error.message, message)
    })
  })
}

describe("map over threads", () => {
  pooled("is the same", (options) => new ThreadPoolExecutor(options), async (pool) => {
    assert.deepEqual(await collect(pool.map((n: number) => n * 2, slowly(upTo(100)))), upTo(100).map((n) => n * 2))
  })
})

describe("leaving the loop of a map", () => {
  for (const [kind, make] of Object.entries(KINDS)) {
    pooled(`ends jobs that never would, in ${kind}, and others go on`, make, async (pool) => {
      const endless = (n: number): number => {
        while (n > 0);
        return n
      }
      const gentle = pool.with({ grace: 0.01 })
      const error = await thrown(asyncio.waitFor(asyncio.coroutine(() => collect(gentle.map(endless, [0, 1, 2, 3, 4, 5], { chunkSize: 1 })))(), 0.4))
      assert.ok(error instanceof asyncio.TimeoutError)
      assert.deepEqual(await collect(pool.map((n: number) => n, [7, 8])), [7, 8])
    })
  }

  pooled("with `wait` waits for the chunks that run, which stop between two items", processes, async (pool) => {
    const path = join(folder, "between")
    writeFileSync(path, "")
    const slow = async ([n, path]: [number, string]): Promise<number> => {
      const { appendFileSync } = await import("node:fs")
      const end = performance.now() + 15
      while (performance.now() < end);
      appendFileSync(path, `${n} `)
      return n
    }
    const patient = pool.with({ cancel: "wait" })
    const items = upTo(4000).map((n): [number, string] => [n, path])
    const results = patient.map(slow, items, { chunkSize: 2000 })
    const asked = asyncio.createTask(async () => collect(results))
    while (pool.statistics().running.length === 0) await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)
    asked.cancel()
    const begun = performance.now()
    await assert.rejects(async () => asked, { name: "CancelledError" })
    // All of a chunk takes ten times as long.
    assert.ok(performance.now() - begun < 20_000)
    assert.equal(pool.statistics().running.length, 0)
    assert.equal(pool.statistics().crashes, 0)
  })
})

describe("map with options of jobs", () => {
  pooled("tells what its calls report", interpreters, async (pool) => {
    const heard: unknown[] = []
    const calls = pool.module<Work>(MODULE)
    await collect(pool.with({ onProgress: (value) => heard.push(value) }).map(calls.tell, [1, 2, 3], { chunkSize: 1 }))
    assert.deepEqual(new Set(heard), new Set([1, 2, 3]))
  })

  pooled("moves what items and results mark to be moved", interpreters, async (pool) => {
    const buffers = upTo(6).map((n) => new Uint8Array(1000).fill(n))
    const give = async (bytes: Uint8Array): Promise<{ bytes: Uint8Array; before: number | undefined }> => {
      const { transfer } = await import("asyncio-ts/executors")
      const worker = globalThis as { last?: Uint8Array }
      const before = worker.last?.length
      worker.last = bytes
      return transfer({ bytes, before })
    }
    const back = await collect(pool.map(give, buffers.map((bytes) => transfer(bytes)), { chunkSize: 2 }))
    assert.deepEqual(back.map(({ bytes }) => [bytes.length, bytes[999]]), upTo(6).map((n) => [1000, n]))
    assert.deepEqual(buffers.map((bytes) => bytes.length), [0, 0, 0, 0, 0, 0])
    // What the chunk before gave back is gone from its worker; of three chunks two share one.
    const before = back.filter((_, index) => index % 2 === 0).map((result) => result.before)
    assert.ok(before.includes(0), String(before))
    assert.ok(before.every((length) => length === undefined || length === 0), String(before))
  })
})

describe("what map is given", () => {
  const bad: readonly (readonly [unknown, new (message?: string) => Error, RegExp])[] = [
    [{ chunkSize: 0 }, RangeError, /chunkSize/],
    [{ chunkSize: 1.5 }, TypeError, /chunkSize/],
    [{ chunkSize: "4" }, TypeError, /chunkSize/],
    [{ inFlight: 0 }, RangeError, /inFlight/],
    [{ inFlight: Infinity }, TypeError, /inFlight/],
    [{ ordered: "yes" }, TypeError, /ordered/],
    [null, TypeError, /options of map/],
    [4, TypeError, /options of map/],
    [[10, 20], TypeError, /one source, but a second one/],
  ]

  it("is checked at the call", async () => {
    await asyncio.run(async () => {
      const pool = new InterpreterPoolExecutor({ maxWorkers: 1 })
      const id = (n: number): number => n
      for (const [options, kind, message] of bad) {
        const error = thrownBy(() => pool.map(id, [1], options as ExecutorMapOptions)) // wrong on purpose
        assert.ok(error instanceof kind, `${JSON.stringify(options)}: ${error.name}`)
        assert.match(error.message, message)
      }
      for (const items of [undefined, null, 5, { length: 2 }, () => [1]]) {
        const error = thrownBy(() => pool.map(id, items as never)) // wrong on purpose
        assert.ok(error instanceof TypeError)
        assert.match(error.message, /iterate over/)
      }
      assert.ok(thrownBy(() => pool.map("double" as never, [1])) instanceof TypeError) // wrong on purpose
      const captured = 2
      assert.match(thrownBy(() => pool.map((n: number) => n * captured, [1])).message, /captured/)
      await pool.shutdown()
      const late = thrownBy(() => pool.map(id, [1]))
      assert.equal(late.name, "RuntimeError")
      assert.match(late.message, /shut down/)
      assert.equal(pool.statistics().started, 0)
    })
  })

  it("does not go on after the executor was shut down", async () => {
    await asyncio.run(async () => {
      const pool = new InterpreterPoolExecutor({ maxWorkers: 1 })
      const results = pool.map((n: number) => n, upTo(1000), { chunkSize: 1, inFlight: 2 })
      assert.deepEqual(await results.next(), { done: false, value: 0 })
      await pool.shutdown()
      const error = await thrown(collect(results))
      assert.equal((error as Error).name, "RuntimeError")
    })
  })
})
