/** Debug mode as a whole: how it is turned on and off, what it says where, and that it says nothing else. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it, type TestContext } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { host } from "#src/host/host.ts"
import { observe, type Observer } from "#src/core/observer.ts"
import { ownVectors, scenariosOf } from "../../conformance/files.ts"
import { start } from "../../conformance/interpreter.ts"
import type { Scenario } from "../../conformance/scenario.ts"
import { Latch } from "../../examples/custom/latch.ts"
import { RateLimiter } from "../../examples/custom/rate-limiter.ts"
import { ReadWriteLock } from "../../examples/custom/read-write-lock.ts"
import { folder, programs, runVirtually } from "../examples/support/programs.ts"
import { never, watched } from "../core/support/watched.ts"
import { me } from "../support/record.ts"

const root = join(import.meta.dirname, "../..")
const source = readFileSync(import.meta.filename, "utf8").split("\n")

/** Where the line of this file with `// made: marker` stands, as messages name it. */
function lineOf(marker: string): string {
  const index = source.findIndex((line) => line.endsWith(`// made: ${marker}`))
  assert.ok(index >= 0, `no line is marked ${marker}`)
  return `debug-mode.test.ts:${index + 1}:`
}

/** Collects what is warned of from here to the end of the test, as code and message. */
function collect(t: TestContext): string[] {
  const warnings: string[] = []
  t.mock.method(host, "warn", (message: string, code: string) => warnings.push(`${code} ${message}`))
  return warnings
}

/** Calls `body` while every new loop is in debug mode, as with ASYNCIO_TS_DEBUG=1. */
async function everyLoop(body: () => Promise<unknown>): Promise<void> {
  const before = host.debug
  Object.assign(host, { debug: true })
  try {
    await body()
  } finally {
    Object.assign(host, { debug: before })
  }
}

describe("debug mode", () => {
  it("is off unless asked for, and turned on by run, by a Runner and by its loop", async () => {
    const ask = async (): Promise<boolean> => asyncio.getRunningLoop().getDebug()
    assert.equal(await asyncio.run(ask), false)
    assert.equal(await asyncio.run(ask, { debug: true }), true)
    const runner = new asyncio.Runner({ debug: true })
    assert.equal(await runner.run(ask), true)
    await runner.close()
    const loop = new asyncio.EventLoop()
    assert.deepEqual([loop.getDebug(), (loop.setDebug(true), loop.getDebug()), (loop.setDebug(false), loop.getDebug())], [false, true, false])
    loop.close()
  })

  it("ends with the loop", () => {
    const loop = new asyncio.EventLoop()
    loop.setDebug(true)
    loop.close()
    assert.equal(loop.getDebug(), false)
  })

  it("is what run says, against what the environment says", async () => {
    await everyLoop(async () => {
      assert.equal(await asyncio.run(async () => asyncio.getRunningLoop().getDebug()), true)
      assert.equal(await asyncio.run(async () => asyncio.getRunningLoop().getDebug(), { debug: false }), false)
    })
  })
})

/** Gives each warning once; run by Node itself, since the environment is read when the package loads. */
const everyWarning = `
  import * as asyncio from "asyncio-ts"
  const block = () => { const end = performance.now() + 120; while (performance.now() < end); }
  await asyncio.run(async () => {
    block()
    await Promise.all([asyncio.sleep(0.3), asyncio.sleep(0.3)])
    const refuses = asyncio.createTask(() => asyncio.sleep(1).catch(() => undefined))
    const left = asyncio.createTask(async () => { await new Promise(() => undefined) })
    await asyncio.sleep(0.01)
    refuses.cancel()
    left.cancel()
    await asyncio.wait([refuses, left])
    asyncio.sleep(5)
  })`
const CODES = ["LEFT_BEHIND", "NEVER_AWAITED", "SLOW_CALLBACK", "SWALLOWED_CANCELLATION", "TWO_WAITS"].map((code) => `ASYNCIO_${code}`)

/** The codes of the warnings that Node prints for `everyWarning`. */
function codesPrinted(debug: string | undefined, options: readonly string[] = []): Promise<string[]> {
  const env = { ...process.env, ...(debug !== undefined && { ASYNCIO_TS_DEBUG: debug }) }
  const args = ["--conditions=asyncio-ts:source", ...options, "--input-type=module", "--eval", everyWarning]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, env, timeout: 60_000 }, (error, _out, err) => {
      // A machine that is busy may make other steps slow ones too.
      const codes = new Set(Array.from(err.matchAll(/^\(node:\d+\) \[(\w+)\] AsyncioWarning: /gm), ([, code = ""]) => code))
      if (error === null) resolve([...codes].sort())
      else reject(error)
    })
  })
}

describe("warnings on standard error", { concurrency: 2 }, () => {
  it("have each a code, once ASYNCIO_TS_DEBUG=1 is set", async () => assert.deepEqual(await codesPrinted("1"), CODES))
  for (const off of [undefined, "", "0"]) {
    const name = off === undefined ? "is not set" : `is '${off}'`
    it(`are only those of the everyday if ASYNCIO_TS_DEBUG ${name}`, async () => {
      assert.deepEqual(await codesPrinted(off), ["ASYNCIO_NEVER_AWAITED"])
    })
  }
  for (const code of CODES) {
    it(`are silenced one by one: --disable-warning=${code}`, async () => {
      assert.deepEqual(await codesPrinted("1", [`--disable-warning=${code}`]), CODES.filter((other) => other !== code))
    })
  }
})

describe("in debug mode", () => {
  it("code that is left behind at a bare promise is reported, with what to do", async (t) => {
    const warnings = collect(t)
    const body = async (): Promise<void> => {
      const task = asyncio.createTask(async () => never(), { name: "fetch" })
      await asyncio.sleep(1)
      task.cancel()
      await asyncio.wait([task])
    }
    await asyncio.run(body, { debug: true })
    assert.equal(warnings.length, 1, warnings.join("\n"))
    assert.match(warnings[0] ?? "", /^ASYNCIO_LEFT_BEHIND left behind: .* of task 'fetch' goes on for nobody: it awaits a bare promise/)
    assert.match(warnings[0] ?? "", /; await wrapFuture\(promise\), or give what makes the promise task\.signal$/)
    warnings.length = 0
    await asyncio.run(body)
    assert.deepEqual(warnings, [])
  })

  it("what cleans up at an await of ours, beside a line that failed, is not said to await a bare promise", async (t) => {
    const warnings = collect(t)
    const { value } = await watched(
      async () => {
        const cleaning = asyncio.coroutine("cleaning", async () => {
          try {
            await asyncio.sleep(5)
          } finally {
            await asyncio.sleep(1)
          }
        })
        const task = asyncio.createTask(async () => {
          await Promise.all([cleaning(), cleaning()])
        })
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()
      },
      { debug: true },
    )
    assert.equal(value, true)
    assert.deepEqual(warnings.filter((warning) => !warning.startsWith("ASYNCIO_TWO_WAITS")), [])
  })

  it("a coroutine that nobody awaits is reported with the place where it was made", async (t) => {
    const warnings = collect(t)
    const forgotten = asyncio.coroutine("forgotten", async () => undefined)
    const body = async (): Promise<void> => {
      void forgotten() // made: coroutine
      void asyncio.sleep(1) // made: sleep
    }
    await runVirtual(body, { debug: true })
    assert.equal(warnings.length, 2, warnings.join("\n"))
    assert.match(warnings[0] ?? "", /^ASYNCIO_NEVER_AWAITED coroutine 'forgotten' was never awaited: .*\n {4}made at /)
    assert.ok(warnings[0]?.includes(lineOf("coroutine")), String(warnings[0]))
    assert.ok(warnings[1]?.includes(lineOf("sleep")), String(warnings[1]))
    warnings.length = 0
    await runVirtual(body)
    assert.deepEqual(warnings.filter((warning) => warning.includes("made at")), [])
    assert.equal(warnings.length, 2)
  })

  const failing: Readonly<Record<string, () => unknown>> = {
    task: () => void asyncio.createTask(() => Promise.reject(new Error("lost"))), // made: task
    future: () => new asyncio.Future().setException(new Error("lost")), // made: future
    "task of a group": () => new asyncio.TaskGroup().run(async (group) => {
      group.createTask(() => asyncio.sleep(60)).cancel()
      asyncio.createTask(() => Promise.reject(new Error("lost"))) // made: task of a group
    }),
  }
  for (const [name, fail] of Object.entries(failing)) {
    it(`R182: the exception handler is told where a ${name} was made, as sourceTraceback`, async () => {
      const body = async (): Promise<void> => {
        await fail()
        await asyncio.sleep(2)
      }
      const { reports } = await watched(body, { debug: true })
      assert.equal(reports.length, 1)
      assert.match(String(reports[0]?.["sourceTraceback"]), /^at /)
      assert.ok(String(reports[0]?.["sourceTraceback"]).includes(lineOf(name)))
      const plain = await watched(body)
      assert.equal(plain.reports.length, 1)
      assert.ok(!("sourceTraceback" in (plain.reports[0] ?? {})))
    })
  }

  it("R182: the exception handler is told where a callback was made, as handleTraceback", async () => {
    const { reports } = await watched(
      async () => {
        const loop = asyncio.getRunningLoop()
        const fail = (): never => {
          throw new Error("callback")
        }
        loop.callSoon(fail) // made: soon
        loop.callLater(1, fail) // made: later
        asyncio.createTask(asyncio.sleep(0)).addDoneCallback(fail) // made: done
        await asyncio.sleep(2)
      },
      { debug: true },
    )
    const places = reports.map((report) => String(report["handleTraceback"]))
    assert.equal(places.length, 3)
    for (const [index, marker] of ["soon", "done", "later"].entries()) assert.ok(places[index]?.includes(lineOf(marker)), String(places[index]))
  })

  it("R185: the default handler prints these places, one a line", async (t) => {
    const printed: string[] = []
    t.mock.method(console, "error", (text: string) => printed.push(text))
    await runVirtual(
      async () => {
        asyncio.getRunningLoop().callSoon(() => {
          throw new Error("callback")
        })
        await asyncio.sleep(1)
      },
      { debug: true },
    )
    assert.equal(printed.length, 1)
    assert.match(printed[0] ?? "", /^Exception in callback callback\nhandle: <Handle callback>\nhandleTraceback: at .*debug-mode\.test\.ts:\d+:\d+\)?$/)
  })
})

describe("an observer that throws", () => {
  const throwing: Observer = {
    taskCreated: fails,
    taskParked: fails,
    lineParked: fails,
    taskDone: fails,
    handleBegun: fails,
    bodyEnded: fails,
  }
  function fails(): never {
    throw new Error("observer")
  }

  for (const consoleFails of [false, true]) {
    it(`is taken off, and the loop goes on${consoleFails ? ", also when the console fails" : ""}`, { timeout: 60_000 }, async (t) => {
      const printed: unknown[] = []
      t.mock.method(console, "error", (...given: unknown[]) => {
        printed.push(given[0])
        if (consoleFails) throw new Error("console")
      })
      const stop = observe(throwing)
      try {
        const value = await runVirtual(
          async () => {
            asyncio.getRunningLoop().callSoon(() => undefined)
            await asyncio.sleep(1)
            return asyncio.gather([asyncio.sleep(1, "a"), asyncio.sleep(2, "b")])
          },
          { debug: true },
        )
        assert.deepEqual(value, ["a", "b"])
      } finally {
        stop()
      }
      assert.deepEqual(printed, ["An observer threw and was taken off:"])
    })
  }
})

describe("debug mode says nothing of", () => {
  it("CPython's scenarios, but of those in which a cancellation is swallowed", async (t) => {
    let current: Scenario | undefined
    const wrong: string[] = []
    let told = 0
    t.mock.method(host, "warn", (message: string, code: string) => {
      told += 1
      if (code === "ASYNCIO_SWALLOWED_CANCELLATION" && current !== undefined && endsOtherwise(current, message)) return
      wrong.push(`${current?.id}: ${code} ${message}`)
    })
    const before = process.cwd()
    process.chdir(root)
    let count = 0
    try {
      await everyLoop(async () => {
        for await (const { scenario } of scenariosOf(await ownVectors())) {
          current = scenario
          count += 1
          assert.equal(await start(scenario).result, undefined, scenario.id)
        }
      })
    } finally {
      process.chdir(before)
    }
    assert.equal(count, 2700)
    assert.ok(told > 100, `${told} warnings`)
    assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} false reports`)
  })

  const REAL = ["blocked-loop", "classification", "fetch-three-times", "production-pattern", "scraping", "services", "streaming", "sync-async"]
  it("the lessons, but of those that are about it", async (t) => {
    const warnings = collect(t)
    const found: string[] = []
    await everyLoop(async () => {
      for (const name of programs().filter((name) => !REAL.includes(name))) {
        await runVirtually(name)
        const about = existsSync(join(folder, `${name}.stderr.txt`)) ? "ASYNCIO_NEVER_AWAITED" : "nothing"
        found.push(...warnings.splice(0).filter((warning) => !warning.startsWith(about)).map((warning) => `${name}: ${warning}`))
      }
    })
    assert.deepEqual(found, [])
  })

  it("primitives of one's own", async (t) => {
    const warnings = collect(t)
    await runVirtual(
      async () => {
        const [limiter, latch, lock] = [new RateLimiter(2, 10), new Latch(2), new ReadWriteLock()]
        const late = asyncio.createTask(limiter.acquire())
        const waiting = asyncio.createTask(latch.wait())
        await asyncio.gather([1, 2, 3].map(() => () => limiter.acquire()))
        await asyncio.waitFor(latch.wait(), 1).catch(() => undefined)
        latch.countDown()
        latch.countDown()
        await asyncio.gather([lock.read(() => asyncio.sleep(1)), lock.write(() => asyncio.sleep(1)), late, waiting])
      },
      { debug: true },
    )
    assert.deepEqual(warnings, [])
  })

  it("a program that shuts down in order", async (t) => {
    const warnings = collect(t)
    await runVirtual(
      async () => {
        const queue = new asyncio.Queue<number>(1)
        const clean = async (): Promise<void> => {
          try {
            for (;;) await queue.put(await queue.get())
          } finally {
            await asyncio.sleep(1)
            assert.equal(me().cancelling(), 1)
          }
        }
        for (let i = 0; i < 3; i += 1) asyncio.createTask(clean)
        await asyncio.sleep(1)
      },
      { debug: true },
    )
    assert.deepEqual(warnings, [])
  })
})

/**
 * Whether the task that was reported ends otherwise than as cancelled, as far as the trace
 * tells; or hid the request of a timeout of its own, which was over all the same.
 */
function endsOtherwise({ trace }: Scenario, message: string): boolean {
  const label = /^task '(.+?)' was asked to cancel/.exec(message)?.[1]
  const own = trace.filter(([, who]) => who === label)
  const [, , , end] = own.findLast(([, , what]) => what === "end") ?? []
  if (end?.[0] !== "CancelledError") return true
  return own.some(([, , what, outcome]) => what === "timeout over" && outcome?.[1] === true)
}
