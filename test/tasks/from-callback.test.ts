import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { execFile } from "node:child_process"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { frameOf } from "#src/core/task.ts"
import { reasonOf } from "#src/core/wait-reason.ts"
import type { Wait } from "#src/core/wait.ts"
import { fromCallback, type NodeCallback } from "#src/tasks/from-callback.ts"
import { fate, me, thrown, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** Work that is told from outside. */
class Work<A extends unknown[]> {
  callback: NodeCallback<A> | undefined
  begun = 0
  stopped = 0
  readonly start = (callback: NodeCallback<A>): (() => void) => {
    this.callback = callback
    this.begun += 1
    return () => {
      this.stopped += 1
    }
  }
}

virtual("the work begins when it is awaited, not at the call", async () => {
  const work = new Work<[string]>()
  const coroutine = fromCallback<string>(work.start)
  await ticks(2)
  assert.equal(work.begun, 0)
  const task = asyncio.createTask(coroutine)
  await ticks(1)
  work.callback?.(null, "done")
  assert.equal(await task, "done")
  assert.equal(work.stopped, 0)
})

virtual("a callback that is called at once does not suspend", async () => {
  assert.equal(await ticksOf(async () => assert.equal(await fromCallback<number>((done) => done(null, 1)), 1)), 0)
})

virtual("null, undefined and false mean no error, and anything else is thrown as it is", async () => {
  for (const none of [null, undefined, false]) assert.equal(await fromCallback<number>((done) => done(none, 1)), 1)
  const boom = new Error("boom")
  assert.equal(await thrown(fromCallback((done) => done(boom))), boom)
  assert.equal(await thrown(fromCallback((done) => done("text"))), "text")
})

virtual("what the work throws at its start is thrown", async () => {
  const boom = new Error("boom")
  assert.equal(
    await thrown(
      fromCallback(() => {
        throw boom
      }),
    ),
    boom,
  )
})

virtual("the first value is given, or all of them", async () => {
  const work = (done: NodeCallback<[string, number]>): void => done(null, "a", 4)
  assert.equal(await fromCallback<string>(work as never), "a")
  const [name, family] = await fromCallback<[string, number]>(work, { all: true })
  assert.deepEqual([name, family], ["a", 4])
})

virtual("only the first call of the callback counts", async () => {
  const work = new Work<[number]>()
  const task = asyncio.createTask(fromCallback<number>(work.start))
  await ticks(1)
  work.callback?.(null, 1)
  work.callback?.(null, 2)
  work.callback?.(new Error("late"))
  assert.equal(await task, 1)
})

virtual("a promise as the value is refused, since an await would not hand it over", async () => {
  const error = await thrownAs(TypeError, fromCallback((done) => done(null, Promise.resolve(1))))
  assert.match(error.message, /the value given to a callback cannot be a Promise/)
})

virtual("a cancelled wait stops the work at once, once, and drops what it still tells", async () => {
  const work = new Work<[number]>()
  const task = asyncio.createTask(fromCallback<number>(work.start))
  await ticks(1)
  task.cancel()
  await ticks(3)
  assert.equal(fate(task), "cancelled")
  assert.equal(work.stopped, 1)
  work.callback?.(null, 1)
  work.callback?.(new Error("late"))
  await ticks(3)
  assert.equal(work.stopped, 1)
})

virtual("told and cancelled in one tick, the wait is cancelled and the work is not stopped, since it is over", async () => {
  const work = new Work<[number]>()
  const task = asyncio.createTask(fromCallback<number>(work.start))
  await ticks(1)
  work.callback?.(null, 1)
  task.cancel()
  await ticks(3)
  assert.equal(fate(task), "cancelled")
  assert.equal(work.stopped, 0)
})

virtual("a timeout stops the work", async () => {
  const work = new Work<[number]>()
  // The clock does not jump over what the host has to do, so the timeout is one of no time.
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(asyncio.createTask(fromCallback(work.start)), 0))
  assert.equal(work.stopped, 0, "it never began")
  await thrownAs(
    asyncio.TimeoutError,
    asyncio.timeout(null).run(async (timeout) => {
      timeout.reschedule(asyncio.getRunningLoop().time())
      await fromCallback(work.start)
    }),
  )
  assert.equal(work.stopped, 1)
})

virtual("the stopping function runs as a callback: in no task, with the context of the await", async () => {
  const user = new asyncio.ContextVar("user", { default: "nobody" })
  const store = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  const task = asyncio.createTask(async () => {
    user.set("Ann")
    await store.run("request 1", async () => fromCallback(() => () => seen.push(asyncio.currentTask(), user.get(), store.getStore())))
  })
  await ticks(2)
  task.cancel()
  await ticks(5)
  assert.deepEqual(seen, [undefined, "Ann", "request 1"])
})

virtual("what the stopping function throws is reported, and the wait is cancelled all the same", async (told) => {
  const boom = new Error("boom")
  const task = asyncio.createTask(
    fromCallback(() => () => {
      throw boom
    }),
  )
  await ticks(1)
  task.cancel()
  await ticks(3)
  assert.equal(fate(task), "cancelled")
  assert.equal(told.report(/that stops fromCallback/).exception, boom)
})

virtual("a wait that is left open when its task ends stops the work", async (told) => {
  const work = new Work<[number]>()
  await asyncio.createTask(async () => {
    void fromCallback(work.start).then(
      () => undefined,
      () => undefined,
    )
  })
  assert.equal(work.stopped, 1)
  told.report(/'fromCallback' was still waiting/)
})

test("what is no function is refused at the call", () => {
  const error = thrownBy(() => fromCallback("x" as never))
  assert.match(error.message, /what fromCallback takes is a function, but "x" was given/)
})

test("a host function with a signal ends with its task", async () => {
  await asyncio.run(async () => {
    let ended: Promise<unknown> | undefined
    const task = asyncio.createTask(() =>
      fromCallback<string>((done) => {
        const child = execFile(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { signal: me().signal }, done)
        ended = new Promise((resolve) => child.once("close", (_code, signal) => resolve(signal)))
      }),
    )
    await ticks(2)
    task.cancel()
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
    assert.equal(await asyncio.wrapFuture(ended as Promise<unknown>), "SIGTERM")
  })
})

test("what an async function throws is thrown, and nobody waits for ever", async () => {
  await asyncio.run(async () => {
    const failing = fromCallback(async () => {
      await null
      throw new Error("no such cup")
    })
    await assert.rejects(failing, /^Error: no such cup$/)
    assert.equal(await fromCallback<number>(async (done) => done(null, 3)), 3)
  })
})

test("its reason may be words, or a function that gives them", async () => {
  await asyncio.run(async () => {
    for (const reason of ["the printer", () => "the printer"]) {
      const told: NodeCallback<[number]>[] = []
      const task = asyncio.createTask(fromCallback<number>((done) => void told.push(done), { reason }))
      await asyncio.sleep(0)
      assert.match(reasonOf(task[frameOf].first as Wait).text, /^the printer, \d+ ms$/) // it waits for nothing else
      told[0]?.(null, 1)
      assert.equal(await task, 1)
    }
  })
})
