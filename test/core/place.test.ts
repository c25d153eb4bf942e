/** Where something was made, and where code awaits. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { observe } from "#src/core/observer.ts"
import { awaits, origins, place, programStack, type AwaitPlace } from "#src/core/place.ts"
import { needsPlaceOfAwait } from "../support/tells-of-awaits.ts"

const source = readFileSync(import.meta.filename, "utf8").split("\n")

/** Where the line of this file with `// here: marker` stands, as stacks name it. */
function lineOf(marker: string): string {
  const index = source.findIndex((line) => line.endsWith(`// here: ${marker}`))
  assert.ok(index >= 0, `no line is marked ${marker}`)
  return `place.test.ts:${index + 1}:`
}

/** The places of all awaits in `body`, which runs as a task, as debug mode writes them down. */
async function awaitsIn(body: () => Promise<unknown>): Promise<AwaitPlace[]> {
  const places: (AwaitPlace | undefined)[] = []
  const watched = async (): Promise<void> => {
    const stop = observe({ lineParked: (frame) => places.push(awaits.get(frame)) })
    try {
      await body()
    } finally {
      stop()
    }
  }
  await runVirtual(watched, { debug: true })
  return places.filter((place) => place !== undefined)
}

const ways: Readonly<Record<string, [body: () => Promise<unknown>, by: string | undefined]>> = {
  sleep: [
    async () => {
      await asyncio.sleep(1) // here: sleep
    },
    undefined,
  ],
  task: [
    async () => {
      await asyncio.createTask(asyncio.sleep(1)) // here: task
    },
    undefined,
  ],
  future: [
    async () => {
      const future = new asyncio.Future<void>()
      asyncio.getRunningLoop().callLater(1, () => future.setResult())
      await future // here: future
    },
    undefined,
  ],
  gather: [
    async () => {
      await asyncio.gather([asyncio.sleep(1)]) // here: gather
    },
    undefined,
  ],
  "all of them": [
    async () => {
      await Promise.all([asyncio.createTask(asyncio.sleep(1))]) // here: all of them
    },
    "Promise.all",
  ],
  "all settled": [
    async () => {
      await Promise.allSettled([asyncio.sleep(1)]) // here: all settled
    },
    "Promise.allSettled",
  ],
  "any of them": [
    async () => {
      await Promise.any([asyncio.sleep(1)]) // here: any of them
    },
    "Promise.any",
  ],
  "the first of them": [
    async () => {
      await Promise.race([asyncio.sleep(1)]) // here: the first of them
    },
    undefined,
  ],
  "an error handler": [
    async () => {
      await asyncio.sleep(1).catch(() => undefined) // here: an error handler
    },
    "catch",
  ],
  "clean-up": [
    async () => {
      await asyncio.sleep(1).finally(() => undefined) // here: clean-up
    },
    undefined,
  ],
  "an error handler of a task": [
    async () => {
      const task = asyncio.createTask(asyncio.sleep(1))
      await task.catch(() => undefined) // here: an error handler of a task
    },
    "catch",
  ],
}

/** Where no coroutine is made that could stand for the await, or what stands between cannot be known. */
const OF_FUTURES = ["future", "all of them", "all settled", "any of them"]

describe("the place of an await", () => {
  for (const [name, [body, by]] of Object.entries(ways)) {
    it(`is the program's line, with what stands between: ${name}`, needsPlaceOfAwait(name, OF_FUTURES), async () => {
      const found = (await awaitsIn(body)).filter(({ line }) => line.includes(lineOf(name)))
      assert.ok(found.length > 0)
      for (const { by: between } of found) assert.equal(between, by)
    })
  }

  it("is that of the innermost function of the program", async () => {
    const nap = async (): Promise<void> => {
      await asyncio.sleep(1) // here: innermost
    }
    const [first] = await awaitsIn(async () => {
      await nap()
    })
    assert.ok(first?.line.includes(lineOf("innermost")), String(first?.line))
  })

  it("is known from that of a callback given to a task", needsPlaceOfAwait(), async () => {
    const places = await awaitsIn(async () => {
      const task = asyncio.createTask(asyncio.sleep(1))
      void task.then(() => undefined) // here: a callback
      await task // here: no callback
    })
    const awaited = (marker: string): boolean[] => places.filter(({ line }) => line.includes(lineOf(marker))).map((place) => place.awaited)
    assert.deepEqual([awaited("a callback"), awaited("no callback")], [[false], [true]])
  })

  it("is known to be an await of the library's own", needsPlaceOfAwait(), async () => {
    const places = await awaitsIn(async () => {
      await asyncio.wait([asyncio.createTask(asyncio.sleep(1))]) // here: ours
    })
    assert.ok(places.some(({ line, ours }) => !ours && line.includes(lineOf("ours"))), JSON.stringify(places))
    assert.ok(places.some(({ ours }) => ours), JSON.stringify(places))
  })
})

describe("the program's stack", () => {
  it("begins with the line that asks, and has none of the library or the host", async () => {
    const stack = await runVirtual(async () => {
      await asyncio.sleep(0)
      return programStack() // here: stack
    })
    assert.ok(stack[0]?.includes(lineOf("stack")), String(stack[0]))
    for (const line of stack) {
      assert.match(line, /^at /)
      assert.doesNotMatch(line, /node:|\/src\//)
    }
  })

  it("goes through async functions, up to the task's", async () => {
    const inner = async (): Promise<string[]> => {
      await asyncio.sleep(0)
      return programStack() // here: inner
    }
    const outer = async (): Promise<string[]> => {
      const stack = await inner() // here: outer
      return stack
    }
    const stack = await runVirtual(async () => outer())
    assert.ok(stack[0]?.includes(lineOf("inner")), String(stack[0]))
    assert.ok(stack[1]?.includes(lineOf("outer")), String(stack[1]))
  })

  it("leaves the program's own limit of stacks as it was", () => {
    const before = Error.stackTraceLimit
    Error.stackTraceLimit = 3
    try {
      assert.ok(place().includes("place.test.ts:")) // a stack of its own depth
      assert.equal(Error.stackTraceLimit, 3)
    } finally {
      Error.stackTraceLimit = before
    }
  })

  it("is read without a stackTraceLimit of the program's, as with one of 0", () => {
    const before = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    try {
      assert.ok(place().includes("place.test.ts:"))
    } finally {
      Error.stackTraceLimit = before
    }
  })
})

describe("a program that makes stacks as it likes", () => {
  it("that throws, gets no places, and no errors", async () => {
    const { prepareStackTrace } = Error
    const stack = await runVirtual(async () => {
      const task = asyncio.createTask(async () => asyncio.sleep(1))
      await asyncio.sleep(0.5)
      Error.prepareStackTrace = () => {
        throw new Error("no stacks")
      }
      try {
        assert.deepEqual(programStack(), [])
        assert.equal(place(), "at an unknown place")
        return task.getStack()
      } finally {
        Error.prepareStackTrace = prepareStackTrace
      }
    })
    assert.equal(stack.length, 1)
  })

  it("that has no limit of stacks, has none afterwards", () => {
    const before = Error.stackTraceLimit
    try {
      Reflect.deleteProperty(Error, "stackTraceLimit")
      assert.deepEqual(programStack(), [])
      assert.equal(Object.hasOwn(Error, "stackTraceLimit"), false)
    } finally {
      Error.stackTraceLimit = before
    }
  })

  it("that has an Error of its own, is not called", () => {
    const { Error: before } = globalThis
    globalThis.Error = (() => assert.fail("it is")) as unknown as ErrorConstructor // called by nobody
    try {
      assert.ok(place().includes("place.test.ts:"))
    } finally {
      globalThis.Error = before
    }
  })

  it("gets no places, and no errors", () => {
    const { prepareStackTrace, stackTraceLimit } = Error
    try {
      Error.prepareStackTrace = (_error, sites) => sites
      assert.deepEqual(programStack(), [])
      Error.prepareStackTrace = prepareStackTrace
      Object.defineProperty(Error, "stackTraceLimit", { value: 3, writable: false, configurable: true })
      assert.ok(programStack().length <= 3)
    } finally {
      Error.prepareStackTrace = prepareStackTrace
      Object.defineProperty(Error, "stackTraceLimit", { value: stackTraceLimit, writable: true, configurable: true, enumerable: true })
    }
  })
})

describe("what debug mode writes down", () => {
  it("is put into words only when somebody asks, and then once", async () => {
    const { prepareStackTrace } = Error
    let worded = 0
    const future = await runVirtual(async () => {
      Error.prepareStackTrace = (error, sites) => {
        worded += 1
        return [String(error), ...sites.map((site) => `    at ${String(site)}`)].join("\n")
      }
      const made = new asyncio.Future<void>() // here: made
      for (let i = 0; i < 10; i += 1) {
        await asyncio.gather([asyncio.sleep(1), asyncio.createTask(asyncio.sleep(1))])
      }
      return { made }
    }, { debug: true })
    try {
      assert.equal(worded, 0)
      for (let i = 0; i < 2; i += 1) assert.ok(origins.get(future.made)?.includes(lineOf("made")))
      assert.equal(worded, 1)
    } finally {
      Error.prepareStackTrace = prepareStackTrace
    }
  })
})
