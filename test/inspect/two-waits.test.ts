/** Lines of one body that run beside each other without tasks of their own, as debug mode reports them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it, type TestContext } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { host } from "#src/host/host.ts"
import { needsPlaceOfAwait } from "../support/tells-of-awaits.ts"

const source = readFileSync(import.meta.filename, "utf8").split("\n")

/** Where the line of this file with `// second: marker` stands, as messages name it. */
function lineOf(marker: string): string {
  const index = source.findIndex((line) => line.endsWith(`// second: ${marker}`))
  assert.ok(index >= 0, `no line is marked ${marker}`)
  return `two-waits.test.ts:${index + 1}:`
}

/** Runs `main` as the task `main`; gives what was warned of. */
async function warned(t: TestContext, main: () => Promise<unknown>, debug = true): Promise<string[]> {
  const warnings: string[] = []
  t.mock.method(host, "warn", (message: string, code: string) => warnings.push(`${code} ${message}`))
  await runVirtual(main, { debug, name: "main" })
  return warnings
}

const brew = asyncio.coroutine("brew", (seconds: number) => asyncio.sleep(seconds))
/** A plain function, which runs in the frame of whoever calls it. */
const steep = async (seconds: number): Promise<void> => {
  await asyncio.sleep(seconds) // second: plain functions
}

const beside: Readonly<Record<string, [body: () => Promise<unknown>, through: string]>> = {
  "an await of all": [
    async () => {
      await Promise.all([asyncio.sleep(1), asyncio.sleep(2)]) // second: an await of all
    },
    ", through Promise.all",
  ],
  "all settled": [
    async () => {
      await Promise.allSettled([asyncio.sleep(1), asyncio.sleep(2)]) // second: all settled
    },
    ", through Promise.allSettled",
  ],
  "any of them": [
    async () => {
      await Promise.any([asyncio.sleep(1), asyncio.sleep(1)]) // second: any of them
    },
    ", through Promise.any",
  ],
  "a race": [
    async () => {
      await Promise.race([asyncio.sleep(1), asyncio.sleep(1)]) // second: a race
    },
    "",
  ],
  coroutines: [
    async () => {
      await Promise.all([brew(1), brew(2)]) // second: coroutines
    },
    ", through Promise.all",
  ],
  tasks: [
    async () => {
      const tasks = [1, 2].map((seconds) => asyncio.createTask(brew(seconds)))
      await Promise.all(tasks) // second: tasks
    },
    ", through Promise.all",
  ],
  "plain functions": [
    async () => {
      await Promise.all([steep(1), steep(2)])
    },
    "",
  ],
  "a promise that is awaited later": [
    async () => {
      const first = brew(2).then()
      await asyncio.sleep(1) // second: a promise that is awaited later
      await first
    },
    "",
  ],
}

const THROUGH_PROMISES = ["an await of all", "all settled", "any of them", "coroutines", "tasks"]

describe("a body that awaits two things at once", () => {
  for (const [name, [body, through]] of Object.entries(beside)) {
    it(`is reported with the place of the second: ${name}`, needsPlaceOfAwait(name, THROUGH_PROMISES), async (t) => {
      const warnings = (await warned(t, async () => body())).filter((warning) => !warning.includes("LEFT_BEHIND"))
      assert.equal(warnings.length, 1, warnings.join("\n"))
      const [head, place = ""] = (warnings[0] ?? "").split("\n")
      assert.equal(
        head,
        "ASYNCIO_TWO_WAITS 'function' of task 'main' awaits two things at once: " +
          "neither can be cancelled or seen by itself; use gather(…) or createTask(…)",
      )
      assert.match(place, /^ {4}the second at /)
      assert.ok(place.includes(lineOf(name)), place)
      assert.equal(/, through .*$/.exec(place)?.[0] ?? "", through)
    })
  }

  it("is named by its coroutine, and its task", async (t) => {
    const kitchen = asyncio.coroutine("kitchen", async () => {
      await Promise.all([brew(1), brew(2)])
    })
    const warnings = await warned(t, async () => {
      await asyncio.createTask(kitchen(), { name: "evening" })
    })
    assert.equal(warnings.length, 1, warnings.join("\n"))
    assert.match(warnings[0] ?? "", /^ASYNCIO_TWO_WAITS 'kitchen' of task 'evening' awaits/)
  })

  it("is reported once, however often it does so", async (t) => {
    const warnings = await warned(t, async () => {
      for (let i = 0; i < 5; i += 1) await Promise.all([brew(1), brew(2), brew(3)])
    })
    assert.equal(warnings.length, 1, warnings.join("\n"))
  })

  it("is not reported outside debug mode, nor from a loop beside one that is in it", async (t) => {
    const body = async (): Promise<unknown> => Promise.all([brew(1), brew(2)])
    assert.deepEqual(await warned(t, body, false), [])
    const other = new asyncio.EventLoop()
    other.setDebug(true)
    assert.deepEqual(await warned(t, body, false), [])
    other.close()
  })
})

const oneAtATime: Readonly<Record<string, () => Promise<unknown>>> = {
  "one await after the other": async () => {
    await brew(1)
    await steep(1)
  },
  gather: async () => {
    await asyncio.gather([brew(1), brew(2), asyncio.sleep(1)])
  },
  tasks: async () => {
    const [first, second] = [asyncio.createTask(brew(1)), asyncio.createTask(brew(2))]
    await first
    await second
  },
  "a group": () =>
    new asyncio.TaskGroup().run(async (group) => {
      group.createTask(brew(1))
      group.createTask(brew(2))
      await asyncio.sleep(0.5)
    }),
  "wait, waitFor and shield": async () => {
    await asyncio.wait([asyncio.createTask(brew(1)), asyncio.createTask(brew(2))], { timeout: 1.5 })
    await asyncio.waitFor(brew(1), 5)
    await asyncio.shield(brew(1))
  },
  "asCompleted, in both ways": async () => {
    for (const next of asyncio.asCompleted([brew(1), brew(2)])) await next
    for await (const task of asyncio.asCompleted([brew(1), brew(2)])) await task
  },
  "a staggered race": async () => {
    await asyncio.staggeredRace([() => brew(2), () => brew(1)], 0.5)
  },
  "timeouts in each other": () => asyncio.timeout(5).run(() => asyncio.moveOnAfter(1).run(() => asyncio.sleep(3))),
  "all of one thing": async () => {
    await Promise.all([brew(1), 5, "six"])
  },
  "a condition and its lock": async () => {
    const condition = new asyncio.Condition()
    asyncio.getRunningLoop().callLater(1, () => {
      asyncio.createTask(() => condition.run(() => condition.notifyAll()))
    })
    await condition.run(() => condition.wait())
  },
  "a second look at a task": async () => {
    const task = asyncio.createTask(brew(1))
    task.addDoneCallback(() => undefined)
    await task
    await task
  },
}

describe("a body that awaits one thing at a time", () => {
  for (const [name, body] of Object.entries(oneAtATime)) {
    it(`is not reported: ${name}`, async (t) => {
      assert.deepEqual(await warned(t, body), [])
    })
  }
})

describe("a handler that is attached to a task", () => {
  it("is no wait of the code that attached it", async (t) => {
    const warnings = await warned(t, async () => {
      const task = asyncio.createTask(brew(2))
      task.catch(() => undefined)
      void task.then(() => undefined)
      void task.finally(() => undefined)
      await asyncio.sleep(1)
      await task
    })
    assert.deepEqual(warnings, [])
  })
})
