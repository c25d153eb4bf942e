/** Steps and callbacks that keep the loop, as debug mode reports them: R187. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it, type TestContext } from "node:test"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { host } from "#src/host/host.ts"
import { needsPlaceOfAwait } from "../support/tells-of-awaits.ts"

const source = readFileSync(import.meta.filename, "utf8").split("\n")

/** Where the line of this file with `// at: marker` stands, as messages name it. */
function lineOf(marker: string): string {
  const index = source.findIndex((line) => line.endsWith(`// at: ${marker}`))
  assert.ok(index >= 0, `no line is marked ${marker}`)
  return `slow-steps.test.ts:${index + 1}:`
}

/** Moves the clock on, as code does that keeps the loop for so long. */
type Work = (seconds: number) => void

/** Runs `main` on a loop whose clock it moves by hand; gives what was warned of. */
async function warned(t: TestContext, main: (work: Work) => Promise<unknown>, debug = true): Promise<string[]> {
  const warnings: string[] = []
  t.mock.method(host, "warn", (message: string, code: string) => warnings.push(`${code} ${message}`))
  const clock = new VirtualClock()
  const loop = new asyncio.EventLoop({ clock })
  loop.setDebug(debug)
  try {
    const work: Work = (seconds) => clock.advance(seconds)
    await loop.runUntilComplete(loop.createTask(() => main(work), { name: "main" }))
  } finally {
    loop.close()
  }
  return warnings
}

/** The one warning that `main` gives. */
async function oneWarning(t: TestContext, main: (work: Work) => Promise<unknown>): Promise<string> {
  const warnings = await warned(t, main)
  assert.equal(warnings.length, 1, warnings.join("\n"))
  return warnings[0] ?? ""
}

describe("a slow step", () => {
  it("R187: of exactly 0.1 s is reported, with what ran, how long, up to where, and what to do", async (t) => {
    const warning = await oneWarning(t, async (work) => {
      await asyncio.sleep(1)
      work(0.1)
      await asyncio.sleep(1) // at: exact
    })
    const [head, place = ""] = warning.split("\n")
    assert.equal(
      head,
      "ASYNCIO_SLOW_CALLBACK task 'main' (function) ran for 0.100 s without an await, and nothing else of its loop could: " +
        "give such work to a thread, or let others run with await sleep(0)",
    )
    assert.match(place, /^ {4}up to the await in /)
    assert.ok(place.includes(lineOf("exact")), place)
  })

  it("R187: of 0.0999 s is not, at the first step, a later one, the last, and in a callback", async (t) => {
    const warnings = await warned(t, async (work) => {
      work(0.0999)
      await asyncio.sleep(0)
      work(0.0999)
      asyncio.getRunningLoop().callSoon(() => work(0.0999))
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      work(0.0999)
    })
    assert.deepEqual(warnings, [])
  })

  for (const start of [0.1, 0.3, 123456.7, 1e6 + 0.3]) {
    it(`R187: of 0.1 s is reported wherever the clock stands, such as at ${start}`, async (t) => {
      await oneWarning(t, async (work) => {
        await asyncio.sleep(start)
        work(0.1)
        await asyncio.sleep(0)
      })
    })
  }

  it("is the first one, and the last", async (t) => {
    const first = await oneWarning(t, async (work) => {
      work(0.25)
      await asyncio.sleep(0) // at: first
    })
    assert.ok(first.includes("ran for 0.250 s"), first)
    assert.ok(first.includes(lineOf("first")), first)
    const last = await oneWarning(t, async (work) => {
      await asyncio.sleep(0)
      work(0.1)
    })
    assert.match(last, /\n {4}up to its end$/)
    assert.match(await oneWarning(t, async (work) => work(0.1)), /\n {4}up to its end$/)
  })

  it("is told of the task whose code it is, by its name and its coroutine's, in the coroutine that it stood in", async (t) => {
    const crunch = asyncio.coroutine("crunch", async (work: Work) => {
      await asyncio.sleep(0)
      work(0.2)
      await asyncio.sleep(0) // at: nested
    })
    const outer = asyncio.coroutine("outer", (work: Work) => crunch(work))
    const warning = await oneWarning(t, async (work) => {
      const bystander = asyncio.createTask(asyncio.sleep(5), { name: "bystander" })
      await asyncio.createTask(outer(work), { name: "busy" })
      await bystander
    })
    assert.ok(warning.includes("task 'busy' (outer) ran for 0.200 s"), warning)
    assert.ok(warning.includes(lineOf("nested")), warning)
  })

  it("ends with the await, whatever is awaited there", needsPlaceOfAwait(), async (t) => {
    const awaited: Record<string, (work: Work) => Promise<unknown>> = {
      task: async (work) => {
        const task = asyncio.createTask(asyncio.sleep(1))
        work(0.1)
        await task // at: task
      },
      future: async (work) => {
        const future = new asyncio.Future<void>()
        asyncio.getRunningLoop().callLater(1, () => future.setResult())
        work(0.1)
        await future // at: future
      },
      gather: async (work) => {
        work(0.1)
        await asyncio.gather([asyncio.sleep(1), asyncio.sleep(2)]) // at: gather
      },
      "all promises": async (work) => {
        work(0.1)
        await Promise.all([asyncio.sleep(1)]) // at: all promises
      },
      "a foreign promise": async (work) => {
        work(0.1)
        await Promise.resolve()
        await asyncio.sleep(1)
      },
    }
    for (const [name, body] of Object.entries(awaited)) {
      const warning = await oneWarning(t, (work) => body(work))
      assert.match(warning, /^ASYNCIO_SLOW_CALLBACK task 'main'/, name)
      if (name !== "a foreign promise") assert.ok(warning.includes(lineOf(name)), `${name}: ${warning}`)
    }
  })

  it("says so where it ends at a bare promise", async (t) => {
    const warning = await oneWarning(t, async (work) => {
      await asyncio.sleep(1)
      work(0.1)
      await new Promise((resolve) => setImmediate(resolve))
    })
    assert.doesNotMatch(warning, /up to its end/)
    assert.match(warning, /\n {4}up to the await of a promise$/)
  })

  it("is reported each time, since each holds others up", async (t) => {
    const warnings = await warned(t, async (work) => {
      for (let i = 0; i < 3; i += 1) {
        work(0.1)
        await asyncio.sleep(0)
      }
    })
    assert.equal(warnings.length, 3)
  })

  it("is no time that a task waits, however long, for what is ours or foreign", async (t) => {
    const warnings = await warned(t, async (work) => {
      await asyncio.sleep(60)
      const later = new Promise<void>((resolve) => {
        setImmediate(() => {
          work(60)
          resolve()
        })
      })
      await later
      await asyncio.sleep(0)
    })
    assert.deepEqual(warnings, [])
  })

  it("of an eager task is its own", async (t) => {
    const warnings = await warned(t, async (work) => {
      asyncio.getRunningLoop().setTaskFactory(asyncio.eagerTaskFactory)
      await asyncio.createTask(async () => work(0.2), { name: "eager" })
    })
    assert.match(warnings[0] ?? "", /^ASYNCIO_SLOW_CALLBACK task 'eager' .* ran for 0\.200 s/)
    assert.equal(warnings.length, 1, "and not its maker's again")
  })

  const whoRan = (warnings: readonly string[]): string[] => warnings.map((warning) => /task '(\w+)' .* ran for ([\d.]+) s/.exec(warning)?.slice(1).join(" ") ?? warning)
  const eagerly: Readonly<Record<string, [main: (work: Work) => Promise<unknown>, told: string[]]>> = {
    "waits afterwards": [
      async (work) => {
        const child = asyncio.createTask(async () => {
          work(0.2)
          await asyncio.sleep(0)
        }, { name: "child", eagerStart: true })
        await child
      },
      ["child 0.200"],
    ],
    "is told of it alone, and its maker of what comes after": [
      async (work) => {
        const child = asyncio.createTask(async () => {
          work(0.2)
          await asyncio.sleep(0)
        }, { name: "child", eagerStart: true })
        work(0.3)
        await child
      },
      ["child 0.200", "main 0.300"],
    ],
    "was quick is not told of its maker's": [
      async (work) => {
        const child = asyncio.createTask(async () => 1, { name: "child", eagerStart: true })
        work(0.3)
        await child
      },
      ["main 0.300"],
    ],
    "makes another": [
      async (work) => {
        const child = asyncio.createTask(async () => {
          work(0.1)
          const grandchild = asyncio.createTask(async () => {
            work(0.2)
            await asyncio.sleep(0)
          }, { name: "grandchild", eagerStart: true })
          work(0.3)
          await grandchild
        }, { name: "child", eagerStart: true })
        work(0.5)
        await child
      },
      ["child 0.400", "grandchild 0.200", "main 0.500"],
    ],
  }
  for (const [what, [main, expected]] of Object.entries(eagerly)) {
    it(`of an eager child that ${what} is told once`, async (t) => {
      assert.deepEqual(whoRan(await warned(t, main)).toSorted(), expected)
    })
  }

  it("is measured against slowCallbackDuration of its loop", async (t) => {
    const warning = await oneWarning(t, async (work) => {
      asyncio.getRunningLoop().slowCallbackDuration = 0.5
      work(0.4999)
      await asyncio.sleep(0)
      work(0.5)
      await asyncio.sleep(0)
    })
    assert.ok(warning.includes("ran for 0.500 s"), warning)
  })

  it("is not reported outside debug mode, nor from a loop beside one that is in it", async (t) => {
    const slow = async (work: Work): Promise<void> => {
      await asyncio.sleep(0)
      work(0.5)
      asyncio.getRunningLoop().callSoon(() => work(0.5))
      await asyncio.sleep(1)
    }
    assert.deepEqual(await warned(t, slow, false), [])
    const other = new asyncio.EventLoop()
    other.setDebug(true)
    assert.deepEqual(await warned(t, slow, false), [])
    other.close()
  })

  it("is reported once debug mode is turned on in the midst, and no more once it is off", async (t) => {
    const warnings = await warned(
      t,
      async (work) => {
        const loop = asyncio.getRunningLoop()
        work(0.3)
        await asyncio.sleep(0)
        loop.setDebug(true)
        await asyncio.sleep(0)
        work(0.2)
        await asyncio.sleep(0)
        loop.setDebug(false)
        work(0.4)
        await asyncio.sleep(0)
      },
      false,
    )
    assert.equal(warnings.length, 1, warnings.join("\n"))
    assert.ok(warnings[0]?.includes("ran for 0.200 s"), String(warnings[0]))
  })
})

describe("a slow callback", () => {
  const ways: Readonly<Record<string, (callback: () => void) => void>> = {
    callSoon: (callback) => void asyncio.getRunningLoop().callSoon(callback), // at: callSoon
    callLater: (callback) => void asyncio.getRunningLoop().callLater(0.5, callback), // at: callLater
    callAt: (callback) => void asyncio.getRunningLoop().callAt(0.5, callback), // at: callAt
    callSoonThreadsafe: (callback) => void asyncio.getRunningLoop().callSoonThreadsafe(callback), // at: callSoonThreadsafe
    addDoneCallback: (callback) => asyncio.createTask(asyncio.sleep(0)).addDoneCallback(callback), // at: addDoneCallback
  }
  for (const [name, way] of Object.entries(ways)) {
    it(`R187: given to ${name} is reported with its name and where it was made`, async (t) => {
      const warning = await oneWarning(t, async (work) => {
        way(function crunch() {
          work(0.1)
        })
        await asyncio.sleep(1)
      })
      assert.match(warning, /^ASYNCIO_SLOW_CALLBACK callback '(crunch|callback)' ran for 0\.100 s without an await.*\n {4}made at /)
      assert.ok(warning.includes(lineOf(name)), warning)
    })
  }

  it("that throws is reported all the same", async (t) => {
    const warning = await oneWarning(t, async (work) => {
      const loop = asyncio.getRunningLoop()
      loop.setExceptionHandler(() => undefined)
      loop.callSoon(() => {
        work(0.1)
        throw new Error("late")
      })
      await asyncio.sleep(1)
    })
    assert.ok(warning.includes("callback 'callback' ran for 0.100 s"), warning)
  })
})
