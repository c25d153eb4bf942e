/** Cancellations that somebody caught and did not pass on, as debug mode reports them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it, type TestContext } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { host } from "#src/host/host.ts"
import { me } from "../support/record.ts"
import { needsPlaceOfAwait } from "../support/tells-of-awaits.ts"

const CODE = "ASYNCIO_SWALLOWED_CANCELLATION"
const source = readFileSync(import.meta.filename, "utf8").split("\n")

/** Where the line of this file with `// told: marker` stands, as messages name it. */
function lineOf(marker: string): string {
  const index = source.findIndex((line) => line.endsWith(`// told: ${marker}`))
  assert.ok(index >= 0, `no line is marked ${marker}`)
  return `swallowed-cancellation.test.ts:${index + 1}:`
}

/** Runs `body` as a task that is cancelled after a second; gives what debug mode warned of, and how it ended. */
async function cancelled(t: TestContext, body: () => unknown, debug = true): Promise<{ warnings: string[]; end: string }> {
  const warnings: string[] = []
  t.mock.method(host, "warn", (message: string, code: string) => warnings.push(`${code} ${message}`))
  const end = await runVirtual(
    async () => {
      const task = asyncio.createTask(body, { name: "job" })
      await asyncio.sleep(1)
      task.cancel()
      await asyncio.wait([task])
      return task.cancelled() ? "cancelled" : task.exception() === undefined ? "returned" : "failed"
    },
    { debug },
  )
  return { warnings, end }
}

/** A plain helper, which is called from several places. */
const nap = async (seconds: number): Promise<void> => {
  await asyncio.sleep(seconds)
}
const inner = asyncio.coroutine("inner", () => asyncio.sleep(5))

/** Does nothing with an error. */
function ignore(): void {}

/** Each catches what it is told and returns, at the line that is marked with its name. */
const swallowing: Readonly<Record<string, () => unknown>> = {
  sleep: async () => {
    try {
      await asyncio.sleep(5) // told: sleep
    } catch {
      return
    }
  },
  task: async () => {
    try {
      await asyncio.createTask(asyncio.sleep(5)) // told: task
    } catch {
      return
    }
  },
  future: async () => {
    try {
      await new asyncio.Future() // told: future
    } catch {
      return
    }
  },
  coroutine: async () => {
    try {
      await inner() // told: coroutine
    } catch {
      return
    }
  },
  gather: async () => {
    try {
      await asyncio.gather([asyncio.sleep(5), asyncio.sleep(6)]) // told: gather
    } catch {
      return
    }
  },
  wait: async () => {
    try {
      await asyncio.wait([asyncio.createTask(asyncio.sleep(5))]) // told: wait
    } catch {
      return
    }
  },
  waitFor: async () => {
    try {
      await asyncio.waitFor(asyncio.sleep(5), 10) // told: waitFor
    } catch {
      return
    }
  },
  shield: async () => {
    try {
      await asyncio.shield(asyncio.sleep(5)) // told: shield
    } catch {
      return
    }
  },
  "queue get": async () => {
    try {
      await new asyncio.Queue().get() // told: queue get
    } catch {
      return
    }
  },
  "nested function": async () => {
    const call = async (): Promise<void> => {
      await asyncio.sleep(5) // told: nested function
    }
    await call().catch(ignore)
  },
  "timeout body": () =>
    asyncio.timeout(100).run(async () => {
      try {
        await asyncio.sleep(5) // told: timeout body
      } catch {
        return
      }
    }),
  "group body": () =>
    new asyncio.TaskGroup().run(async () => {
      try {
        await asyncio.sleep(5) // told: group body
      } catch {
        return
      }
    }),
  "all promises": async () => {
    try {
      await Promise.all([asyncio.sleep(5)]) // told: all promises
    } catch {
      return
    }
  },
  "race of promises": async () => {
    try {
      await Promise.race([asyncio.sleep(5)]) // told: race of promises
    } catch {
      return
    }
  },
}

/** What hides the cancellation by itself, and the words for that. */
const hiding: Readonly<Record<string, [body: () => unknown, why: string]>> = {
  "all settled": [
    async () => {
      await Promise.allSettled([asyncio.sleep(5)]) // told: all settled
    },
    "Promise.allSettled takes every error for a result",
  ],
  "any promise": [
    async () => {
      await Promise.any([asyncio.sleep(5)]).catch(ignore) // told: any promise
    },
    "Promise.any goes on without those that fail",
  ],
  ".catch of a coroutine": [
    async () => {
      await asyncio.sleep(5).catch(ignore) // told: .catch of a coroutine
    },
    "a .catch(…) took it",
  ],
  ".catch of a task": [
    async () => {
      const task = asyncio.createTask(asyncio.sleep(5))
      await task.catch(ignore) // told: .catch of a task
    },
    "a .catch(…) took it",
  ],
}

/** Where no coroutine is made that could stand for the await. */
const OF_FUTURES = ["task", "future", "gather", "shield"]
const HIDDEN_BY_PROMISES = ["all settled", "any promise"]

describe("code that is told of a cancellation and returns", () => {
  for (const [name, body] of Object.entries(swallowing)) {
    it(`is reported with the place, at ${name}`, needsPlaceOfAwait(name, OF_FUTURES), async (t) => {
      const { warnings, end } = await cancelled(t, body)
      assert.equal(end, "returned")
      assert.equal(warnings.length, 1, warnings.join("\n"))
      const [warning = ""] = warnings
      assert.match(warning, new RegExp(`^${CODE} task 'job' was asked to cancel, but '.+' caught the CancelledError and returned: `))
      assert.match(warning, /: throw it on after the clean-up, or call uncancel\(\) to refuse\n {4}told at /)
      assert.ok(warning.includes(lineOf(name)), warning)
    })
  }

  for (const [name, [body, why]] of Object.entries(hiding)) {
    it(`is reported with what hid it: ${name}`, needsPlaceOfAwait(name, HIDDEN_BY_PROMISES), async (t) => {
      const { warnings } = await cancelled(t, body)
      assert.equal(warnings.length, 1, warnings.join("\n"))
      assert.ok(warnings[0]?.includes(`caught the CancelledError (${why}) and returned`), String(warnings[0]))
      assert.ok(warnings[0]?.includes(lineOf(name)), String(warnings[0]))
    })
  }

  it("is reported at a loop that awaits there again", async (t) => {
    const { warnings, end } = await cancelled(t, async () => {
      for (let i = 0; i < 3; i += 1) {
        await asyncio.sleep(5).catch(ignore) // told: again
      }
      throw new asyncio.CancelledError()
    })
    assert.equal(end, "cancelled")
    assert.equal(warnings.length, 1, warnings.join("\n"))
    assert.match(warnings[0] ?? "", /and awaits there again: /)
    assert.ok(warnings[0]?.includes(lineOf("again")), String(warnings[0]))
  })

  it("is reported once for each task, however often it swallows", async (t) => {
    const { warnings } = await cancelled(t, async () => {
      const task = me()
      for (let i = 0; i < 4; i += 1) {
        await inner().catch(ignore)
        task.cancel()
      }
    })
    assert.equal(warnings.length, 1, warnings.join("\n"))
  })

  it("is not reported outside debug mode, nor while only another loop is in it", async (t) => {
    assert.deepEqual((await cancelled(t, () => inner().catch(ignore), false)).warnings, [])
    const other = new asyncio.EventLoop()
    other.setDebug(true)
    try {
      const { warnings, end } = await cancelled(t, () => inner().catch(ignore), false)
      assert.deepEqual([warnings, end], [[], "returned"])
    } finally {
      other.close()
    }
  })
})

/** What looks like it, and passes the cancellation on or had none to pass on. */
const innocent: Readonly<Record<string, () => unknown>> = {
  "clean-up that awaits in finally": async () => {
    try {
      await asyncio.sleep(5)
    } finally {
      await asyncio.sleep(1)
    }
  },
  "clean-up by the helper that was interrupted": async () => {
    try {
      await nap(5)
    } finally {
      await nap(1)
    }
  },
  "an error that is thrown on later": async () => {
    const caught: unknown = await inner().then(ignore, (error: unknown) => error)
    await asyncio.sleep(1)
    throw caught
  },
  uncancel: async () => {
    await inner().catch(() => me().uncancel())
    await asyncio.sleep(1)
  },
  "another error instead": async () => {
    await inner().catch(() => {
      throw new RangeError("closed")
    })
  },
  "a timeout that expires": async () => {
    await asyncio.timeout(0.5).run(() => asyncio.sleep(5)).catch(ignore)
    await asyncio.sleep(5)
  },
  moveOnAfter: async () => {
    await asyncio.moveOnAfter(0.5).run(() => asyncio.sleep(5))
  },
  "a waitFor that is late": async () => {
    await asyncio.waitFor(asyncio.sleep(5), 0.5).catch(ignore)
  },
  "a group whose task fails": async () => {
    const group = new asyncio.TaskGroup()
    const body = async (): Promise<void> => {
      group.createTask(inner())
      group.createTask(async () => {
        throw new RangeError("boom")
      })
      await asyncio.sleep(5)
    }
    await group.run(body).catch(ignore)
  },
  "a group that is cancelled": () =>
    new asyncio.TaskGroup().run(async (group) => {
      group.createTask(inner())
      group.cancel()
      await asyncio.sleep(5)
    }),
  "a gather with returnExceptions": async () => {
    const child = asyncio.createTask(inner())
    asyncio.getRunningLoop().callLater(0.5, () => child.cancel())
    await asyncio.gather([child, asyncio.sleep(0.6)], { returnExceptions: true })
  },
  "a shield whose task is cancelled by itself": async () => {
    const child = asyncio.createTask(inner())
    asyncio.getRunningLoop().callLater(0.5, () => child.cancel())
    await asyncio.shield(child).catch(ignore)
  },
  "a task that is cancelled and awaited": async () => {
    const child = asyncio.createTask(inner())
    await asyncio.sleep(0.5)
    child.cancel()
    await child.catch(ignore)
  },
  "a race that cancels its losers": async () => {
    await asyncio.staggeredRace([() => asyncio.sleep(0.5), () => asyncio.sleep(5)], 0.1)
  },
}

describe("what passes a cancellation on, or ends one of its own", () => {
  for (const [name, body] of Object.entries(innocent)) {
    it(`is not reported: ${name}`, async (t) => {
      assert.deepEqual((await cancelled(t, body)).warnings, [])
    })
  }
})

describe("a body that ends well although its own deadline or group has asked it to end", () => {
  it("is no swallowing", async (t) => {
    const { warnings } = await cancelled(t, async () => {
      await asyncio.moveOnAfter(0.1).run(async () => {
        await asyncio.sleep(5).catch(ignore)
      })
      await new asyncio.TaskGroup().run(async (group) => {
        group.createTask(async () => group.cancel())
        await asyncio.sleep(5).catch(ignore)
      })
      await asyncio.sleep(5)
    })
    assert.deepEqual(warnings, [])
  })
})
