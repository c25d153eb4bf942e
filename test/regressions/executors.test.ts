/** Threads: faults that this and other libraries had, each with the report that it is known by. */
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ThreadPoolExecutor } from "asyncio-ts/executors"
import { runProgram } from "../core/support/child.ts"
import type * as Jobs from "../executors/programs/calls-back.ts"
import * as store from "../executors/programs/store.ts"
import { disposing } from "../support/disposing.ts"
import { thrownAs } from "../support/record.ts"

const address = new URL("../executors/programs/calls-back.ts", import.meta.url)
const skip = process.platform === "win32" && "there is no way to interrupt a process there"
const timeout = 20_000

beforeEach(() => {
  store.told.length = 0
})

/** Until this loop's store has been told something that fits. */
async function told(pattern: RegExp): Promise<void> {
  const end = performance.now() + 15_000
  while (!store.told.some((what) => pattern.test(what))) {
    assert.ok(performance.now() < end, `in vain for 15 s: ${String(pattern)} among ${store.told.join("; ")}`)
    await asyncio.sleep(0.001)
  }
}

test("gh-111358: the end of a program after Ctrl-C waits for no thread for ever", { skip, timeout }, async () => {
  const ended = await runProgram(
    `
    import * as asyncio from "asyncio-ts"
    const stuck = () => {
      console.log("ready")
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    }
    const main = async () => {
      try {
        await asyncio.toThread(stuck)
      } finally {
        asyncio.getRunningLoop().callLater(0.05, () => console.log("ready"))
      }
    }
    await asyncio.run(main).catch((error) => console.log(error.name))
  `,
    { interruptAt: "ready" },
  )
  assert.equal(ended.stdout, "ready\nready\nKeyboardInterrupt\n", ended.stderr)
})

test("gh-78218: no thread outlives the run that began it, and what it was to do is done", { timeout }, async () => {
  const shared = new Int32Array(new SharedArrayBuffer(4))
  let pool: ThreadPoolExecutor | undefined
  await asyncio.run(async () => {
    const loop = asyncio.getRunningLoop()
    loop.setDefaultExecutor((pool = new ThreadPoolExecutor({ maxWorkers: 1 })))
    void loop.runInExecutor(null, (cell: Int32Array) => void (Atomics.wait(cell, 0, 0, 20), Atomics.store(cell, 0, 1)), shared)
  })
  assert.deepEqual([shared[0], pool?.statistics().workers], [1, 0])
})

test("trio's abandon_on_cancel: a thread that is ended with its wait is gone, and its place is free", { timeout }, () =>
  asyncio.run(() =>
    disposing(new InterpreterPoolExecutor({ maxWorkers: 1, grace: 0.01 }), async (pool) => {
      const beats = new Int32Array(new SharedArrayBuffer(4))
      const endless = pool.submit((cell: Int32Array) => {
        for (;;) Atomics.add(cell, 0, 1)
      }, beats)
      while (Atomics.load(beats, 0) === 0) await asyncio.sleep(0.001)
      endless.cancel()
      assert.equal(await pool.submit(() => "next"), "next")
      const [before] = beats
      await asyncio.sleep(0.01)
      assert.equal(beats[0], before)
    }),
  ))

test("anyio #1011: to cancel the future of a call in another thread cancels the coroutine there", { timeout }, () =>
  asyncio.run(() =>
    disposing(new ThreadPoolExecutor({ maxWorkers: 1 }), async (pool) => {
      const call = asyncio.createTask(pool.module<typeof Jobs>(address).cancelNapAndStay())
      await told(/^nap: cancelled by job #\d+ 'cancelNapAndStay': no longer$/)
      call.cancel()
      await thrownAs(asyncio.CancelledError, call)
    }),
  ))

test("synchronicity #208: a cancellation goes through waitFor, the thread that waits, and what it waits for", { timeout }, () =>
  asyncio.run(() =>
    disposing(new ThreadPoolExecutor({ maxWorkers: 1 }), async (pool) => {
      const jobs = pool.module<typeof Jobs>(address)
      const task = asyncio.createTask(() => asyncio.waitFor(jobs.blockOnNap(60), 60))
      await told(/^nap begins$/)
      task.cancel("enough")
      assert.equal((await thrownAs(asyncio.CancelledError, task)).reason, "enough")
      await told(/^nap: cancelled by job #\d+ 'blockOnNap': the job that waits for it is to end$/)
      assert.deepEqual(await jobs.noteAll("the thread is free"), [3])
    }),
  ))
