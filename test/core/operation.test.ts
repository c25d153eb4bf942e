/** Operations and waits: states, and the invariant that a wait is given something once. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { Step } from "#src/core/handle.ts"
import { Operation, waiting, type Waiting } from "#src/core/operation.ts"
import { frameOf } from "#src/core/task.ts"
import { doom } from "#src/core/wait.ts"
import { failureOf, watched } from "./support/watched.ts"

/** Waits until it is woken as often as it was told; logs what happens to it. */
class Knock extends Operation<string> {
  readonly log: string[] = []
  #left: number

  constructor(times: number) {
    super()
    this.#left = times
  }

  get name(): string {
    return "Knock"
  }

  begin(): string | Waiting {
    this.log.push("begin")
    return this.#left === 0 ? "at once" : waiting
  }

  woken(error: asyncio.CancelledError | null): string | Waiting {
    this.log.push(error === null ? "woken" : "cancelled")
    if (error !== null) throw error
    this.#left -= 1
    return this.#left <= 0 ? "opened" : waiting
  }

  dropped(): void {
    this.log.push("dropped")
  }
}

const tick = (): asyncio.Coroutine<void> => asyncio.sleep(0)

describe("an operation", () => {
  it("that finishes at once does not suspend", async () => {
    const { value } = await watched(async () => {
      const order: string[] = []
      asyncio.getRunningLoop().callSoon(() => order.push("loop"))
      order.push(await new Knock(0))
      return [...order]
    })
    assert.deepEqual(value, ["at once"])
  })

  it("waits until it is woken, and waits again when it is not finished", async () => {
    const { value } = await watched(async () => {
      const knock = new Knock(2)
      const task = asyncio.createTask(async () => knock)
      await tick()
      const woken = [knock.pending, knock.wake(), knock.pending]
      await tick()
      const again = [knock.pending, knock.wake()]
      return [woken, again, await task, knock.log]
    })
    assert.deepEqual(value, [
      [true, true, false],
      [true, true],
      "opened",
      ["begin", "woken", "woken"],
    ])
  })

  it("is woken once: a second wake before its turn is refused, so that nothing is given twice", async () => {
    const { value } = await watched(async () => {
      const knock = new Knock(1)
      const task = asyncio.createTask(async () => knock)
      await tick()
      const woken = [knock.wake(), knock.wake(), knock.wake()]
      const result = await task
      return [woken, result, knock.log, knock.wake()]
    })
    assert.deepEqual(value, [[true, false, false], "opened", ["begin", "woken"], false])
  })

  it("that was cancelled is not woken, and one that was woken is told of the cancellation at its turn", async () => {
    const { value } = await watched(async () => {
      const [cancelledFirst, wokenFirst] = [new Knock(1), new Knock(1)]
      const tasks = [cancelledFirst, wokenFirst].map((knock) => asyncio.createTask(async () => knock))
      await tick()
      tasks[0]?.cancel()
      const refused = [cancelledFirst.wake(), cancelledFirst.cancelled]
      const accepted = wokenFirst.wake()
      tasks[1]?.cancel()
      await asyncio.wait(tasks)
      return [refused, accepted, cancelledFirst.log, wokenFirst.log, wokenFirst.cancelled]
    })
    assert.deepEqual(value, [[false, true], true, ["begin", "cancelled"], ["begin", "cancelled"], false])
  })

  it("whose frame ends is dropped without a turn", async () => {
    const { value } = await watched(async () => {
      const knock = new Knock(1)
      await asyncio.coroutine("short", async () => {
        void knock.then()
        await tick()
      })()
      const log = [...knock.log]
      return [log, knock.wake(), (await failureOf(knock)).name]
    })
    assert.deepEqual(value, [["begin", "dropped"], false, "CancelledError"])
  })

  it("that throws when it begins throws at the await", async () => {
    class Broken extends Knock {
      override begin(): never {
        throw new RangeError("cannot begin")
      }
    }
    const { value } = await watched(async () => (await failureOf(new Broken(1))).message)
    assert.equal(value, "cannot begin")
  })

  it("is a coroutine: it can be given to createTask, gather and waitFor", async () => {
    const { value } = await watched(async () => {
      const knocks = [new Knock(1), new Knock(1), new Knock(1)]
      const [first, second, third] = knocks
      assert.ok(first !== undefined && second !== undefined && third !== undefined)
      asyncio.getRunningLoop().callLater(1, () => {
        for (const knock of knocks) knock.wake()
      })
      return Promise.all([asyncio.createTask(first), asyncio.gather([second]), asyncio.waitFor(third, 5)])
    })
    assert.deepEqual(value, ["opened", ["opened"], "opened"])
  })
})

describe("a wait", () => {
  it("hangs below its frame exactly until it is over", async () => {
    const { value } = await watched(async () => {
      const knock = new Knock(2)
      const task = asyncio.createTask(async () => {
        await knock
        await tick()
      })
      const root = task[frameOf]
      const open = (): boolean => root.first !== null
      const states = [open()]
      await tick()
      states.push(open())
      knock.wake()
      states.push(open())
      await tick()
      states.push(open())
      knock.wake()
      await tick()
      states.push(open())
      await task
      states.push(open())
      return states
    })
    // Not begun; pending; woken; pending again; the sleep that follows; over.
    assert.deepEqual(value, [false, true, true, true, true, false])
  })

  it("says what it waits for, to people and observers", async () => {
    const { value } = await watched(async () => {
      const knock = new Knock(1)
      const task = asyncio.createTask(async () => knock)
      await tick()
      const info = knock.info()
      knock.wake()
      await task
      return [info, String(knock)]
    })
    assert.deepEqual(value, [{ kind: "Knock" }, "<coroutine Knock>"])
  })
})

describe("an operation as a task", () => {
  it("that need not wait is done with its first step", async () => {
    const { value } = await watched(async () => {
      const lock = new asyncio.Lock()
      const task = asyncio.createTask(lock.acquire())
      await tick()
      return [task.done(), lock.locked()]
    })
    assert.deepEqual(value, [true, true])
  })

  it("that cannot begin fails, and so does whoever looks at it as a coroutine", async () => {
    const { value } = await watched(async () => {
      const queue = new asyncio.Queue<number>()
      queue.shutdown()
      const get = queue.get()
      const failures = [await failureOf(asyncio.createTask(get)), await failureOf(get)]
      return failures.map(({ name }) => name)
    })
    assert.deepEqual(value, ["QueueShutDown", "QueueShutDown"])
  })

  it("says what its timer does", async () => {
    const { value } = await watched(async () => {
      const handle = new asyncio.Handle(asyncio.sleep(1) as never)
      const step = new asyncio.Handle(new Step("look after the house", () => undefined))
      handle.run()
      return [String(handle), String(step)]
    })
    assert.deepEqual(value, ["<Handle wake sleep>", "<Handle look after the house>"])
  })
})

describe("a wait that is doomed", () => {
  it("ends with that error, once, though it stands in line already", async () => {
    const { value, messages } = await watched(async () => {
      const knock = new Knock(1)
      const task = asyncio.createTask(async () => knock)
      await tick()
      knock.wake()
      doom(knock, new asyncio.DeadlockError("for ever"))
      const failure = await failureOf(task)
      await tick()
      return [failure.name, failure.message, knock.log]
    })
    assert.deepEqual(value, ["DeadlockError", "for ever", ["begin"]])
    assert.deepEqual(messages, [])
  })
})
