/** The tree of frames: its invariants hold in random programs, at every iteration of the loop. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import type { CancelRequest } from "#src/core/cancel-request.ts"
import { copyContext } from "#src/core/context-var.ts"
import { Frame } from "#src/core/frame.ts"
import { frameOf } from "#src/core/task.ts"
import type { Wait } from "#src/core/wait.ts"
import { Random } from "../support/random.ts"
import { hostTurn, hostTurns, soon } from "./support/watched.ts"

const PROGRAMS = 60

/** Checks the tree below every task of the loop against what its comments promise. */
function checkTrees(loop: asyncio.EventLoop, where: string): void {
  let unheld = 0
  for (const task of asyncio.allTasks(loop)) {
    const root = task[frameOf]
    const { begun, task: owner } = root.owner as unknown as { begun: boolean; task: object } // the run of a task
    // A task that has given its frame up is about to end without it.
    if (owner !== task) continue
    let requested = 0
    let interrupted = 0
    const visit = (frame: Frame, depth: number): void => {
      assert.equal(frame.root, root, `${where}: root of ${frame.name}`)
      assert.equal(frame.ended, false, `${where}: ${frame.name} of ${task.getName()} has ended and still hangs in the tree`)
      requested += frame.requests
      if (frame.undelivered !== null) {
        interrupted += 1
        assert.equal(frame.undelivered.holder, frame, `${where}: holder of ${frame.name}'s request`)
      }
      const adopted = frame === root && /^(left behind|outliving)/.test(task.getName())
      if (begun && !adopted && frame.first === null) unheld += 1
      let previous: unknown = null
      for (let below = frame.first; below !== null; below = below.after) {
        assert.equal(below.before, previous, `${where}: links below ${frame.name}`)
        previous = below
        if (below instanceof Frame) {
          assert.equal(below.parent, frame, `${where}: parent of ${below.name}`)
          assert.ok(below.depth > depth, `${where}: depth of ${below.name}`)
          visit(below, below.depth)
        } else {
          const wait = below as Wait
          assert.equal(wait.frame, frame, `${where}: frame of a wait`)
          assert.notEqual(wait.state, "over", `${where}: a wait that is over still hangs below ${frame.name}`)
        }
      }
      assert.equal(frame.last, previous, `${where}: last below ${frame.name}`)
    }
    assert.equal(root.parent, null, `${where}: ${task.getName()} has a root with a parent`)
    visit(root, root.depth)
    assert.equal(root.requested, requested, `${where}: requests of ${task.getName()}`)
    assert.equal(root.interrupted, interrupted, `${where}: undelivered requests of ${task.getName()}`)
  }
  assert.equal(loop.unheld, unheld, `${where}: frames that hold nothing`)
}

/** A clean-up that awaits, which the types of `finally` do not provide for. */
const sleepInstead = (): PromiseLike<void> => asyncio.sleep(1)

/** A random program: bodies that sleep, nest, branch, expire, fail, swallow and await what is foreign. */
class Program {
  readonly #random: Random
  readonly #tasks: asyncio.Task<unknown>[] = []
  #budget = 60

  constructor(random: Random) {
    this.#random = random
  }

  readonly #nested = asyncio.coroutine("nested", (depth: number) => this.#body(depth))

  async #body(depth: number): Promise<unknown> {
    const steps = 1 + this.#random.below(3)
    for (let i = 0; i < steps; i++) await this.#step(depth)
    return depth
  }

  /** Work of any kind at this depth; leaves only at the bottom. */
  #step(depth: number): PromiseLike<unknown> | undefined {
    this.#budget -= 1
    const leaf = depth >= 4 || this.#budget < 0
    switch (this.#random.below(leaf ? 7 : 18)) {
      case 0:
        return asyncio.sleep(this.#random.below(3))
      case 1:
        return asyncio.sleep(0)
      case 2:
        return hostTurn()
      case 3:
        return asyncio.wrapFuture(hostTurn())
      case 4:
        return Promise.resolve(1)
      case 5: {
        const task = this.#tasks[this.#random.below(this.#tasks.length)]
        task?.cancel()
        return undefined
      }
      case 6:
        if (this.#random.below(3) === 0) throw new RangeError("planned")
        return asyncio.sleep(this.#random.below(2))
      case 7:
        return this.#nested(depth + 1)
      case 8:
        return Promise.all([this.#nested(depth + 1), this.#nested(depth + 1)])
      case 9:
        return Promise.race([this.#nested(depth + 1), asyncio.sleep(1)])
      case 10:
        return Promise.allSettled([this.#nested(depth + 1), this.#body(depth + 1)])
      case 11:
        return asyncio.timeout(this.#random.below(3)).run(() => this.#body(depth + 1))
      case 12:
        return this.#nested(depth + 1).catch(() => "swallowed")
      case 13:
        return this.#nested(depth + 1).finally(sleepInstead)
      case 14:
        asyncio.currentTask()?.uncancel()
        return undefined
      case 15:
        return asyncio.shield(asyncio.createTask(() => this.#body(depth + 1)))
      case 16:
        return new asyncio.TaskGroup().run(async (group) => {
          group.createTask(() => this.#body(depth + 1))
          await this.#body(depth + 1)
        })
      default:
        return asyncio.gather([this.#nested(depth + 1), () => this.#body(depth + 1)])
    }
  }

  async run(where: string): Promise<void> {
    const loop = asyncio.getRunningLoop()
    loop.setExceptionHandler(() => undefined)
    let going = true
    let failure: unknown
    const check = (): void => {
      try {
        checkTrees(loop, where)
      } catch (error) {
        failure ??= error
      }
      if (going) loop.callSoon(check)
    }
    for (let i = 0; i < 4; i++) this.#tasks.push(asyncio.createTask(() => this.#body(0), { name: `body ${i}` }))
    check()
    for (let i = 0; i < 6; i++) {
      for (let turns = this.#random.below(8); turns > 0; turns--) await asyncio.sleep(0)
      this.#tasks[this.#random.below(this.#tasks.length)]?.cancel()
      if (this.#random.below(3) === 0) await hostTurn()
    }
    for (const task of this.#tasks) {
      task.cancel()
      task.catch(() => undefined)
    }
    for (let i = 0; i < 200 && asyncio.allTasks().size > 1; i++) await (i % 10 === 0 ? hostTurn() : asyncio.sleep(0))
    going = false
    await asyncio.sleep(0)
    if (failure !== undefined) throw failure
  }
}

describe("invariants of the tree of frames", () => {
  const first = Number(process.env["SEED"] ?? Date.now() % 1e6)

  it(`hold at every iteration of ${PROGRAMS} random programs (SEED=${first})`, async () => {
    // Bodies of plain functions that nobody awaits any more reject in vain: that is JavaScript's own.
    const others = process.listeners("unhandledRejection")
    process.removeAllListeners("unhandledRejection")
    const tolerated = (): void => undefined
    process.on("unhandledRejection", tolerated)
    try {
      for (let seed = first; seed < first + PROGRAMS; seed++) {
        const where = `SEED=${seed}`
        await soon(
          runVirtual(() => new Program(new Random(seed)).run(where)),
          where,
        )
      }
    } finally {
      process.off("unhandledRejection", tolerated)
      for (const other of others) process.on("unhandledRejection", other)
    }
  })

  it("hold when nothing is left: no frame counts, and no host operation is open", async () => {
    let loop: asyncio.EventLoop | undefined
    await runVirtual(async () => {
      loop = asyncio.getRunningLoop()
      const task = asyncio.createTask(async () => {
        await hostTurn()
        await asyncio.sleep(1)
      })
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      await hostTurns(3)
    })
    assert.equal(loop?.unheld, 0)
    assert.equal(loop.hostOperations, 0)
    assert.equal(loop.tasks.size, 0)
    assert.equal(loop.leftBehind.size, 0)
  })
})

describe("a request that no line has met yet", () => {
  /** A root with two frames below it, whose code runs. */
  function family(loop: asyncio.EventLoop): { root: Frame; first: Frame; second: Frame } {
    const root = new Frame(loop, "root", null, null, copyContext())
    root.begin()
    const [first, second] = ["first", "second"].map((name) => {
      const frame = new Frame(loop, name, null, root, root.context)
      frame.begin()
      return frame
    }) as [Frame, Frame]
    return { root, first, second }
  }
  const request = (message: string): CancelRequest => ({ message, requestedBy: undefined, requestedAt: undefined })

  it("is no other branch's of the same task", async () => {
    await runVirtual(async () => {
      const { root, first, second } = family(asyncio.getRunningLoop())
      first.deliverLater(request("first"), false)
      assert.deepEqual([first.pendingRequest?.message, second.pendingRequest, root.pendingRequest], ["first", null, null])
      assert.equal(second.takeUndelivered(), null)
      assert.equal(first.takeUndelivered()?.message, "first")
      first.end()
      second.end()
      root.end()
    })
  })

  for (const [order, told] of [[["first", "second"], "second"], [["second", "first"], "first"]] as const) {
    it(`is handed up by a body that ends, the later of two in whichever order they end (${order.join()})`, async () => {
      await runVirtual(async () => {
        for (const ends of [["first", "second"], ["second", "first"]] as const) {
          const frames = family(asyncio.getRunningLoop())
          for (const name of order) frames[name].deliverLater(request(name), false)
          for (const name of ends) frames[name].end()
          assert.equal(frames.root.interrupted, 1)
          assert.equal(frames.root.takeUndelivered()?.message, told)
          frames.root.end()
        }
      })
    })
  }
})
