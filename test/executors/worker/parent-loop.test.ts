/** From a job back to the loop that gave it: R191 between threads. */
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { threadId } from "node:worker_threads"
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, parentLoop, ProcessPoolExecutor, ThreadPoolExecutor, type ModuleCalls, type WorkerPoolOptions } from "asyncio-ts/executors"
import { disposing } from "../../support/disposing.ts"
import { thrownAs, thrownBy } from "../../support/record.ts"
import type * as Jobs from "../programs/calls-back.ts"
import * as store from "../programs/store.ts"

type Calls = ModuleCalls<typeof Jobs>

const address = new URL("../programs/calls-back.ts", import.meta.url)

/** Runs `body` with the jobs of one worker, and gives what this thread's store has been told. */
async function toldWhile(Pool: new (options: WorkerPoolOptions) => ThreadPoolExecutor, body: (jobs: Calls) => Promise<unknown>): Promise<string[]> {
  store.told.length = 0
  await asyncio.run(() => disposing(new Pool({ maxWorkers: 1 }), (pool) => body(pool.module<typeof Jobs>(address))))
  return store.told.splice(0)
}

async function withWorker(...given: Parameters<typeof toldWhile>): Promise<void> {
  await toldWhile(...given)
}

/** Until the nap of a job has begun on this loop. */
async function napping(): Promise<void> {
  while (!store.told.includes("nap begins")) await asyncio.sleep(0.001)
}

for (const Pool of [ThreadPoolExecutor, InterpreterPoolExecutor, ProcessPoolExecutor]) {
  describe(`a job of a ${Pool.name}`, () => {
    test("calls functions on the loop that gave it, each a task there, with that thread's module", async () => {
      const told = await toldWhile(Pool, async (jobs) => {
        assert.deepEqual(await jobs.noteAll("tea", "milk"), [1, 2])
        const { here, there } = await jobs.whereItRuns()
        assert.equal(there.thread, threadId)
        if (Pool !== ProcessPoolExecutor) assert.notEqual(here, threadId)
        assert.match(there.task ?? "", /^where for job #\d+ 'whereItRuns'$/)
      })
      assert.deepEqual(told, ["tea", "milk"])
    })

    test("runs them in a copy of the context in which it was asked for", () =>
      withWorker(Pool, async (jobs) => {
        store.user.set("Ann")
        assert.equal((await jobs.whereItRuns()).there.user, "Ann")
        assert.equal(await jobs.changeUser("Eve"), "Ann", "each call has its own copy")
        assert.equal(store.user.get(), "Ann")
      }))

    // CPython: test_run_coroutine_threadsafe_and_cancel, test_wrap_future_cancel
    test("R191: a wait that is cancelled there cancels the task here", async () => {
      const told = await toldWhile(Pool, async (jobs) => {
        assert.deepEqual(await jobs.cancelNap(), [true, true, true, true, "CancelledError cancelled by task 'cancelNap': no longer"])
        const late = await jobs.napAtMost(60, 0.6).catch((error: unknown) => error)
        assert.ok(late instanceof asyncio.TimeoutError)
        await jobs.noteAll()
      })
      assert.equal(told[0], "nap begins")
      assert.equal(told[1], "asked")
      assert.match(told[2] ?? "", /^nap: cancelled by job #\d+ 'cancelNap': no longer$/)
      assert.match(told[4] ?? "", /^nap: cancelled by job #\d+ 'napAtMost'$/)
    })

    test("R191: the cancellation of the job itself reaches the task here", async () => {
      const told = await toldWhile(Pool, async (jobs) => {
        const task = asyncio.createTask(jobs.awaitNap(60))
        await napping()
        task.cancel("enough")
        assert.equal((await thrownAs(asyncio.CancelledError, task)).reason, "enough")
        while (store.told.length < 2) await asyncio.sleep(0.001)
      })
      assert.match(told[1] ?? "", /^nap: cancelled by job #\d+ 'awaitNap': enough$/)
    })

    test("R191: what the task here ends with arrives there: errors with their class, and its own cancellation", () =>
      withWorker(Pool, async (jobs) => {
        assert.deepEqual(await jobs.endedThere(), [true, true, true])
        if (Pool !== ProcessPoolExecutor) assert.deepEqual(await jobs.failThere(), [true, "awaited", true, true, "EPIPE"])
      }))

    test("that ends, or whose worker dies, takes its calls along", async () => {
      const told = await toldWhile(Pool, async (jobs) => {
        await jobs.leaveBehind()
        const [late, blocked] = await jobs.useLeftBehind()
        assert.equal(late, "cannot call 'note' on the parent's loop: the job that asked for parentLoop() has ended")
        assert.equal(blocked, Pool === ProcessPoolExecutor ? "RuntimeError" : "CancelledError")
        if (Pool !== ProcessPoolExecutor) await jobs.dieWhileTheParentNaps().catch((error: Error) => assert.equal(error.name, "WorkerCrashError"))
        await asyncio.sleep(0)
      })
      assert.match(told[2] ?? "", /^nap: cancelled by job #\d+ 'leaveBehind': the job that called it has ended$/)
      if (Pool !== ProcessPoolExecutor) assert.match(told.at(-1) ?? "", /^nap: cancelled by job #\d+ 'dieWhileTheParentNaps': the job that called it has ended$/)
    })
  })
}

describe("a ThreadFuture", () => {
  // CPython: test_run_coroutine_threadsafe, test_run_coroutine_threadsafe_with_exception
  test("R191: its result() blocks a synchronous job until the outcome is there", async () => {
    const told = await toldWhile(ThreadPoolExecutor, async (jobs) => {
      assert.equal(await jobs.noteBlocking("one"), 1)
      assert.equal(await asyncio.toThread(jobs.noteBlocking, "two"), 2)
    })
    assert.deepEqual(told, ["one", "two"])
  })

  // CPython: test_run_coroutine_threadsafe_with_timeout
  test("R191: after `timeout` seconds it throws TimeoutError, and the call goes on until the job ends", async () => {
    const told = await toldWhile(ThreadPoolExecutor, async (jobs) => {
      const error = await thrownAs(asyncio.TimeoutError, jobs.blockOnNap(60, 0.4))
      assert.equal(error.message, "'nap' on the parent's loop has no outcome after 0.4 seconds; it goes on")
      await asyncio.sleep(0)
    })
    assert.match(told[1] ?? "", /the job that called it has ended$/)
  })

  test("its result() ends with CancelledError when the job is to end, each time the job runs", async () => {
    const told = await toldWhile(ThreadPoolExecutor, async (jobs) => {
      for (const round of [1, 2]) {
        const task = asyncio.createTask(jobs.blockOnNap(60))
        await napping()
        task.cancel()
        await thrownAs(asyncio.CancelledError, task)
        while (store.told.length < 2) await asyncio.sleep(0.001)
        if (round === 1) store.told.length = 0
      }
      assert.deepEqual(await jobs.noteAll("the thread is free"), [3])
    })
    assert.match(told[1] ?? "", /^nap: cancelled by job #\d+ 'blockOnNap': the job that waits for it is to end$/)
  })

  // CPython: test_wrap_future of a concurrent.futures.Future
  test("is a future: it can be awaited, gathered, wrapped and listened to, and its coroutine has its outcome", () =>
    withWorker(ThreadPoolExecutor, async (jobs) => {
      const [printed, isFuture, wrapped, running, done, called, runsAfter, doneAfter, cancelAfter, value, ofCall, gathered] = await jobs.lookAtFuture()
      assert.deepEqual([printed, isFuture, wrapped, running, done], ["<ThreadFuture", true, true, true, false])
      assert.deepEqual([called, runsAfter, doneAfter, cancelAfter, value, ofCall, gathered], [true, false, true, false, "number", true, "gathered"])
    }))

  test("does not block in a process, and says why", () =>
    withWorker(ProcessPoolExecutor, async (jobs) => {
      const error = await thrownAs(asyncio.RuntimeError, jobs.noteBlocking("never"))
      assert.equal(error.message, "cannot block in result() for 'note': a process cannot look for its answer while code runs; await it, or use threads")
    }))

  // CPython: test_run_coroutine_threadsafe_task_factory_exception
  test("R191: has the error of the task factory", () =>
    withWorker(ThreadPoolExecutor, async (jobs) => {
      const loop = asyncio.getRunningLoop()
      await jobs.noteAll()
      const call = asyncio.createTask(jobs.noteAll("never"))
      await asyncio.sleep(0)
      loop.setTaskFactory(() => {
        throw new RangeError("no more tasks")
      })
      const error = await thrownAs(RangeError, call)
      loop.setTaskFactory(null)
      assert.equal(error.message, "no more tasks")
    }))
})

describe("parentLoop", () => {
  test("refuses each misuse with a way out", () =>
    withWorker(ThreadPoolExecutor, async (jobs) => {
      const expected = [
        /^TypeError: cannot run <coroutine own> on the parent's loop: no code of this thread can run in another; give it a call of an exported function, parentLoop\(\)\.module/,
        /^TypeError: cannot run function .* on the parent's loop: no code of this thread/,
        /^RuntimeError: <coroutine note> has already started; call the function again/,
        /^TypeError: cannot tell where "\.\/store\.ts" is/,
        /^FileNotFoundError: .*nowhere\.ts: there is no such file/,
        /^TypeError: cannot send the arguments of 'note' to the parent's loop: argument 1 is a function, which cannot be cloned/,
        /^TypeError: cannot send .*: argument 1\.deep\[0\] is a symbol/,
        /^TypeError: cannot give the result of 'uncloneable' to job #\d+ 'misuse': result\.tea\.pour is a function/,
        /^TypeError: cannot give the result of 'items' .*: result is a Generator, which cannot be cloned; send the values themselves/,
        /^TypeError: cannot run 'missing' of .*store\.ts: it has no export 'missing'; it exports the functions /,
        /^TypeError: cannot run 'notFunction' of .*: its 'notFunction' is 5, no function/,
        /^RangeError: the timeout of result is NaN/,
        /^<ParentLoop of job 'misuse'>$/,
      ]
      const said = await jobs.misuse()
      assert.equal(said.length, expected.length)
      for (const [index, pattern] of expected.entries()) assert.match(said[index] ?? "", pattern)
    }))

  test("is refused outside a job", () => {
    assert.match(thrownBy(() => parentLoop()).message, /^parentLoop\(\) is for code inside a job of an executor: .* here it is getRunningLoop\(\)$/)
  })
})

describe("runCoroutineThreadsafe on a loop of this thread", () => {
  test("gives a task, whose result() never blocks its own loop but says to await it", () =>
    asyncio.run(async () => {
      const task = asyncio.runCoroutineThreadsafe(asyncio.sleep(0, "slept"), asyncio.getRunningLoop())
      assert.ok(task instanceof asyncio.Task)
      assert.match(thrownBy(() => task.result()).message, /is not done; await it, or ask done\(\) first/)
      assert.equal(await task, "slept")
      for (const wrong of [undefined, null, 5]) {
        const never = asyncio.sleep(0)
        assert.match(thrownBy(() => asyncio.runCoroutineThreadsafe(never, wrong as never)).message, /a loop is needed, not/)
        await never
      }
    }))
})
