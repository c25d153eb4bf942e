/** The end of the default executor: R172, R192, and Ctrl-C. */
import assert from "node:assert/strict"
import { describe, it, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { ThreadPoolExecutor } from "asyncio-ts/executors"
import { VirtualClock } from "asyncio-ts/testing"
import { runProgram } from "../core/support/child.ts"
import { thrownAs, thrownBy } from "../support/record.ts"
import { cells, isSet, set } from "../support/shared-cell.ts"

const skip = process.platform === "win32" && "there is no way to interrupt a process there"

/** Marks that it runs, blocks its thread until cell 0 is set, and marks its end. */
function block(shared: Int32Array): string {
  Atomics.store(shared, 2, 1)
  Atomics.notify(shared, 2)
  Atomics.wait(shared, 0, 0, 60_000)
  Atomics.store(shared, 1, 1)
  return "released"
}

describe("shutdownDefaultExecutor", () => {
  test("waits for the jobs, also those in the queue, and refuses new ones from its call on (R192)", () =>
    asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const shared = cells()
      const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
      loop.setDefaultExecutor(pool)
      const jobs = [loop.runInExecutor(null, block, shared), loop.runInExecutor(null, () => "queued")]
      const end = asyncio.createTask(loop.shutdownDefaultExecutor())
      await asyncio.sleep(0)
      assert.equal(end.done(), false)
      assert.match(thrownBy(() => loop.runInExecutor(null, () => 1)).message, /was shut down/)
      set(shared, 0)
      await end
      assert.deepEqual(jobs.map((job) => job.done() && job.result()), ["released", "queued"])
      assert.equal(pool.statistics().workers, 0)
      await loop.shutdownDefaultExecutor()
      loop.setDefaultExecutor(new ThreadPoolExecutor())
      await thrownAs(asyncio.RuntimeError, asyncio.toThread(() => 1))
    }))

  // CPython: test_shutdown_default_executor_timeout
  test("warns when the time is over, naming what runs, and waits no more", async (t) => {
    const warnings: string[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning.message)
    process.on("warning", onWarning)
    t.after(() => process.off("warning", onWarning))
    const shared = cells()
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
      loop.setDefaultExecutor(pool)
      const job = loop.runInExecutor(null, block, shared)
      await isSet(shared, 2)
      await loop.shutdownDefaultExecutor(0.01)
      assert.equal(job.done(), false)
      set(shared, 0)
      assert.equal(await job, "released")
    })
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? "", /^the default executor did not finish within 0\.01 seconds: 'block' in thread \d+ still runs; they go on, and nobody waits for them any more$/)
  })

  test("without a job there is nothing to wait for, and nothing is loaded", () =>
    asyncio.run(async () => {
      await asyncio.getRunningLoop().shutdownDefaultExecutor()
      await asyncio.getRunningLoop().shutdownDefaultExecutor(0)
    }))

  test("refuses what is no time", () => {
    const loop = new asyncio.EventLoop()
    assert.match(thrownBy(() => loop.shutdownDefaultExecutor("5" as never)).message, /the timeout of shutdownDefaultExecutor is a number of seconds/)
    assert.match(thrownBy(() => loop.shutdownDefaultExecutor(Number.NaN)).message, /NaN/)
    loop.close()
  })

  test("a cancelled wait leaves the jobs running", () =>
    asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const shared = cells()
      const job = loop.runInExecutor(null, block, shared)
      await thrownAs(asyncio.TimeoutError, asyncio.waitFor(loop.shutdownDefaultExecutor(), 0.005))
      set(shared, 0)
      assert.equal(await job, "released")
    }))
})

describe("the end of a program", () => {
  test("waits for the threads after the tasks (R172), on a virtual clock too", async () => {
    for (const loopFactory of [() => new asyncio.EventLoop(), () => new asyncio.EventLoop({ clock: new VirtualClock() })]) {
      const shared = cells()
      await asyncio.run(
        async () => {
          asyncio.createTask(async () => {
            try {
              await asyncio.toThread(block, shared)
            } finally {
              set(shared, 0)
            }
          })
          await isSet(shared, 2)
        },
        { loopFactory },
      )
      assert.equal(shared[1], 1)
    }
  })

  test("with a loop that is closed by hand begins nothing more", async () => {
    const loop = new asyncio.EventLoop()
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
    loop.setDefaultExecutor(pool)
    assert.equal(await loop.runUntilComplete(() => asyncio.toThread(() => 1)), 1)
    loop.close()
    await asyncio.run(async () => {
      await asyncio.sleep(0)
      assert.match(thrownBy(() => pool.submit(() => 1)).message, /was shut down/)
    })
  })

  it("after Ctrl-C waits for a thread that ends when it is asked (gh-111358)", { skip }, async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      const work = async () => {
        const { currentSignal } = await import("asyncio-ts/executors")
        const signal = currentSignal()
        console.log("ready")
        while (!signal.aborted);
        console.log("cleaned up")
      }
      await asyncio.run(() => asyncio.toThread(work)).catch((error) => console.log(error.name))
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\ncleaned up\nKeyboardInterrupt\n", ended.stderr)
    assert.equal(ended.signal, "SIGINT")
  })

  it("a second Ctrl-C ends a thread that would block for ever (gh-111358)", { skip }, async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      const stuck = () => {
        console.log("ready")
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      }
      try {
        await asyncio.run(async () => {
          try {
            await asyncio.toThread(stuck)
          } finally {
            // By then main has ended, and the program waits for the thread.
            asyncio.getRunningLoop().callLater(0.05, () => console.log("ready"))
          }
        })
      } catch (error) {
        console.log(error.name)
      }
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nready\nKeyboardInterrupt\n", ended.stderr)
    assert.equal(ended.signal, "SIGINT")
  })

  it("a task that refuses to end does not keep a second Ctrl-C from ending the process", { skip }, async () => {
    const ended = await runProgram(
      `
      import * as asyncio from "asyncio-ts"
      await asyncio.run(async () => {
        asyncio.createTask(async () => {
          for (;;) await asyncio.sleep(1).catch(() => setTimeout(() => console.log("ready"), 20))
        })
        await asyncio.sleep(0)
        console.log("ready")
        await asyncio.sleep(60)
      })
    `,
      { interruptAt: "ready" },
    )
    assert.equal(ended.stdout, "ready\nready\n", ended.stderr)
    assert.equal(ended.signal, "SIGINT")
  })
})
