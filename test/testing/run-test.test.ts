import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runTest, TestTimeoutError, UnhandledError, VirtualClock, type RunTestOptions, type TestKit } from "asyncio-ts/testing"
import { runProgram } from "../core/support/child.ts"

async function failure(main: (kit: TestKit) => unknown, options: RunTestOptions = {}): Promise<Error> {
  try {
    await runTest(main, options)
  } catch (error) {
    return error as Error
  }
  assert.fail("the test passed")
}

/** Long enough for a machine that is busy, where the time is not the subject. */
const SOON = 0.1

test("a test is the main task of a loop on virtual time, and its value is given", async () => {
  const value = await runTest(async ({ clock, loop }) => {
    assert.equal(asyncio.getRunningLoop(), loop)
    assert.equal(asyncio.currentTask()?.getName(), "test")
    await asyncio.sleep(86_400)
    return clock.time()
  })
  assert.equal(value, 86_400)
  assert.equal(await runTest(() => "no promise"), "no promise")
  assert.equal(await runTest(asyncio.coroutine("main", async () => asyncio.sleep(1, "coroutine"))()), "coroutine")
})

test("on the real clock, or on one of the test's own, it runs if it says so", async () => {
  const before = performance.now()
  await runTest(
    async (kit) => {
      assert.throws(() => kit.clock, /^RuntimeError: this test runs on the real clock/)
      await asyncio.sleep(0.01)
    },
    { clock: "real", realTimeout: 60 },
  )
  assert.ok(performance.now() - before >= 9)
  const clock = new VirtualClock({ start: 5 })
  await runTest(async (kit) => assert.equal(kit.clock, clock), { clock })
})

test("what the runner keeps in its async context arrives in the test", async () => {
  const storage = new AsyncLocalStorage<string>()
  await storage.run("the runner's", () => runTest(async () => assert.equal(storage.getStore(), "the runner's")))
})

test("a test that waits for ever ends at once on virtual time, with a tree of who waits for what", async () => {
  const error = await failure(async () => {
    const lock = new asyncio.Lock({ name: "db" })
    await lock.run(() => asyncio.createTask(() => lock.run(() => undefined), { name: "reader" }))
  })
  assert.ok(error instanceof asyncio.DeadlockError)
  assert.match(error.message, /^nothing can ever happen again\. These tasks wait for ever/)
  assert.match(error.message, /^test +waiting/m)
  assert.match(error.message, /└─ reader +waiting .*: lock 'db', held by 'test'/)
  assert.match(error.message, /run-test\.test\.ts:\d+/)
})

test("one that awaits a foreign promise for ever is ended after its real time, and told why virtual time stands still", async () => {
  const error = await failure(async () => new Promise(() => undefined), { realTimeout: SOON })
  assert.ok(error instanceof TestTimeoutError)
  assert.equal(error.code, "ERR_TEST_TIMEOUT")
  assert.match(error.message, /^the test did not end within 100 ms of real time .*Virtual time stands still .*\n[^]*test +waiting .*a foreign promise/)
})

for (const [what, main] of Object.entries<() => Promise<unknown>>({
  "sleeps for ever": async () => {
    for (;;) await asyncio.sleep(1)
  },
  "never comes to rest": async () => {
    for (;;) await asyncio.sleep(0)
  },
  "swallows its cancellation": async () => {
    for (;;) await asyncio.sleep(1).catch(() => undefined)
  },
  "leaves a task that refuses to end": async () => {
    asyncio.createTask(async () => {
      for (;;) await asyncio.sleep(1).catch(() => undefined)
    })
  },
})) {
  test(`one that ${what} is ended after its real time`, async () => {
    const error = await failure(main, { realTimeout: SOON, leaks: false })
    assert.ok(error instanceof TestTimeoutError, String(error))
  })
}

test("one that takes too much of the loop's time is ended just then", async () => {
  const woke: number[] = []
  const error = await failure(
    async ({ clock }) => {
      for (;;) {
        await asyncio.sleep(7)
        woke.push(clock.time())
      }
    },
    { timeout: 20, realTimeout: 60 },
  )
  assert.ok(error instanceof TestTimeoutError)
  assert.match(error.message, /within 20 s of the loop's time \(timeout in the options of runTest\)\. These tasks.*\n[^]*timer, 1\.00 s left/)
  assert.deepEqual(woke, [7, 14])
})

test("a test that is ended may clean up, and its own end comes first", async () => {
  const said: string[] = []
  await failure(
    async () => {
      try {
        await new asyncio.Event().wait()
      } finally {
        said.push("cleaned up")
      }
    },
    { timeout: 5 },
  )
  assert.deepEqual(said, ["cleaned up"])
})

test("a test that holds the host up past its time passes, if it has come to its end", async () => {
  await runTest(
    async () => {
      const until = performance.now() + 40
      while (performance.now() < until);
    },
    { realTimeout: 0.02 },
  )
})

test("an error that nobody handled fails the test, with the first one as the cause", async () => {
  const boom = new Error("boom")
  const error = await failure(async ({ loop }) => {
    void asyncio.createTask(() => Promise.reject(boom))
    loop.callLater(1, () => {
      throw new Error("in a callback")
    })
    await asyncio.sleep(5)
  })
  assert.ok(error instanceof UnhandledError)
  assert.equal(error.cause, boom)
  assert.match(error.message, /^nobody handled what the loop of the test was told:\n {2}- Task exception was never retrieved: Error: boom\n {2}- Exception in callback .*: Error: in a callback$/)
})

test("errors that nobody handled and leaks are told together", async () => {
  const error = await failure(async ({ loop }) => {
    void asyncio.createTask(() => Promise.reject(new Error("boom")))
    loop.callLater(60, () => undefined)
    await asyncio.sleep(5)
  })
  assert.ok(error instanceof asyncio.ExceptionGroup)
  assert.deepEqual((error.errors as Error[]).map(({ name }) => name), ["UnhandledError", "LeakError"])
})

test("a test with a handler of its own is told instead", async () => {
  const told: string[] = []
  await runTest(async ({ loop }) => {
    loop.setExceptionHandler((_loop, { message }) => told.push(message))
    loop.callSoon(() => {
      throw new Error("expected")
    })
    await asyncio.sleep(1)
  })
  assert.equal(told.length, 1)
})

test("a signal cancels the test", async () => {
  const controller = new AbortController()
  const error = await failure(
    async ({ loop }) => {
      loop.callLater(1, () => controller.abort(new Error("the runner has had enough")))
      await asyncio.sleep(3600)
    },
    { signal: controller.signal },
  )
  assert.ok(error instanceof asyncio.CancelledError)
})

test("chance is the same for the same seed, and the seed is printed if the test fails", async () => {
  const draw = ({ random }: TestKit): number[] => [random(), random(), random()]
  const drawn = await runTest(draw, { seed: 7 })
  assert.deepEqual(await runTest(draw, { seed: 7 }), drawn)
  assert.notDeepEqual(await runTest(draw, { seed: 8 }), drawn)
  assert.ok(drawn.every((number) => number >= 0 && number < 1))
  const { stdout, stderr } = await runProgram(
    `
      import { runTest } from "asyncio-ts/testing"
      process.env.SEED = "7"
      await runTest(({ random, seed }) => console.log(seed, random())).catch(() => undefined)
      await runTest(({ random, seed }) => { random(); throw new Error("on purpose") }).catch(() => undefined)
      await runTest(() => { throw new Error("without chance") }).catch(() => undefined)
    `,
  )
  assert.equal(stdout, `7 ${drawn[0]}\n`)
  assert.equal(stderr, "a test that used chance has failed: SEED=7 runs it again with the same\n")
})

test("inside a test, and inside any running task, it is refused; a callback may run another", async () => {
  await assert.rejects(
    runTest(async () => runTest(async () => undefined)),
    /^RuntimeError: runTest\(…\) cannot be called from task 'test': a loop runs it already; await the code of the test itself$/,
  )
  await assert.rejects(asyncio.run(async () => runTest(async () => undefined)), /^RuntimeError: runTest/)
  const inner = await runTest(
    async ({ loop }) => {
      const done = new asyncio.Future<{ of: Promise<number> }>()
      loop.callSoon(() => done.setResult({ of: runTest(async () => 7, { leaks: false }) }))
      return asyncio.wrapFuture((await done).of)
    },
    { clock: "real", realTimeout: 60 },
  )
  assert.equal(inner, 7)
})

test("what throws at once fails as itself, and what is no test is refused", async () => {
  await assert.rejects(
    runTest(() => {
      throw new RangeError("at once")
    }),
    /^RangeError: at once$/,
  )
  const wrong: [() => Promise<unknown>, RegExp][] = [
    [() => runTest(5 as never), /^TypeError: the test of runTest is a function, but 5 was given/],
    [() => runTest(undefined as never), /^TypeError: the test of runTest is a function/],
    [() => runTest(Promise.resolve() as never), /^TypeError: runTest takes a function or a coroutine, but a Promise runs already; pass the function/],
    [() => runTest(() => 1, { clock: "fake" as never }), /^TypeError: clock of runTest is "virtual", "real" or a VirtualClock, but "fake" was given/],
    [() => runTest(() => 1, { timeout: 0 }), /^RangeError: timeout of runTest is above 0, not 0/],
    [() => runTest(() => 1, { realTimeout: Number.NaN }), /^RangeError: realTimeout of runTest is NaN/],
    [() => runTest(() => 1, { seed: 0.5 }), /^TypeError: the seed of runTest is a whole number/],
  ]
  for (const [call, message] of wrong) await assert.rejects(call(), message)
})

test("after a test that hangs the process ends", async () => {
  const { stdout, stderr } = await runProgram(`
    import * as asyncio from "asyncio-ts"
    import { runTest } from "asyncio-ts/testing"
    const program = async () => {
      for (;;) try { await asyncio.sleep(3600) } catch {}
    }
    await runTest(program, { realTimeout: 0.05, clock: "real" }).catch(({ name }) => console.log(name))
  `)
  assert.equal(stdout, "TestTimeoutError\n", stderr)
})
