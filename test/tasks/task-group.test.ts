import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { Frame } from "#src/core/frame.ts"
import { frameOf } from "#src/core/task.ts"
import { reasonOf } from "#src/core/wait-reason.ts"
import type { Wait } from "#src/core/wait.ts"
import { watchedBy } from "#src/core/watching-future.ts"
import { randomVirtual, type Random } from "../support/random.ts"
import { fate, fates, forever, me, now, slowToDie, thrown, thrownAs, thrownBy, ticks, ticksOf } from "../support/record.ts"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

const boom = new Error("boom")
const nap = asyncio.coroutine("nap", async (seconds: number) => asyncio.sleep(seconds, seconds))
const fail = asyncio.coroutine("fail", async (seconds: number, error: Error = boom): Promise<never> => {
  await asyncio.sleep(seconds)
  throw error
})

/** Runs a group and gives the errors it ends with. */
async function errorsOf(body: (group: asyncio.TaskGroup) => unknown): Promise<unknown[]> {
  return (await thrownAs(asyncio.ExceptionGroup, new asyncio.TaskGroup().run(body))).errors as unknown[]
}

/** A task that runs a group, and the group. */
function inTask(body: (group: asyncio.TaskGroup) => unknown): { task: asyncio.Task<unknown>; group: asyncio.TaskGroup } {
  const group = new asyncio.TaskGroup()
  return { group, task: asyncio.createTask(group.run(body)) }
}

/** The frames of a task's line, and why it waits. */
function lineOf(task: asyncio.Task<unknown>): { frames: Frame[]; wait: Wait } {
  const frames: Frame[] = [task[frameOf]]
  for (;;) {
    const below = frames.at(-1)?.first
    if (below instanceof Frame) frames.push(below)
    else return { frames, wait: below as Wait } // what is no frame is a wait
  }
}

const waitsOf = (task: asyncio.Task<unknown>): (string | undefined)[] => [reasonOf(lineOf(task).wait).text]

/** The tasks of each group that a task runs, for whoever draws who waits for whom. */
function scopesOf(task: asyncio.Task<unknown>): asyncio.Task<unknown>[][] {
  return lineOf(task).frames.flatMap((frame) => {
    const children = watchedBy.get(frame)
    return children === undefined ? [] : [[...children()] as asyncio.Task<unknown>[]] // a group's are tasks
  })
}

virtualLazyAndEager("run gives the body's value when all children have ended (R110)", async () => {
  const tasks: asyncio.Task<number>[] = []
  const value = await new asyncio.TaskGroup().run(async (group) => {
    tasks.push(group.createTask(nap(2)), group.createTask(() => nap(1)))
    return "value"
  })
  assert.equal(value, "value")
  assert.deepEqual(fates(tasks), ["returned 2", "returned 1"])
  assert.equal(now(), 2000)
})

test("outside a task it cannot be entered (R108)", async () => {
  await thrownAs(asyncio.RuntimeError, new asyncio.TaskGroup().run(() => 1))
})

virtual("it is entered once (R108)", async () => {
  const group = new asyncio.TaskGroup()
  await group.run(async () => {
    assert.match((await thrownAs(asyncio.RuntimeError, group.run(() => 1))).message, /has been used; make a new one/)
  })
  await thrownAs(asyncio.RuntimeError, group.run(() => assert.fail("the body runs")))
})

virtual("leaving an empty group does not suspend, and is no cancellation point (R109)", async () => {
  assert.equal(await ticksOf(() => new asyncio.TaskGroup().run(() => undefined)), 0)
  const task = asyncio.createTask(async () => {
    me().cancel()
    await new asyncio.TaskGroup().run(async () => undefined)
    return me().uncancel()
  })
  assert.equal(await task, 0)
})

virtual("a group with one child that returns at once takes three iterations", async () => {
  const run = (): asyncio.Coroutine<unknown> =>
    new asyncio.TaskGroup().run((group) => {
      group.createTask(async () => 1)
    })
  assert.equal(await ticksOf(run), 3)
})

virtual("children may add children while the group drains (R110)", async () => {
  const log: string[] = []
  await new asyncio.TaskGroup().run((group) => {
    group.createTask(async () => {
      await asyncio.sleep(1)
      group.createTask(async () => {
        await asyncio.sleep(1)
        log.push(`grandchild at ${now()}`)
      })
    })
  })
  assert.deepEqual([log, now()], [["grandchild at 2000"], 2000])
})

virtualLazyAndEager("the first failure cancels the other children and the body, and nobody new is let in (R111)", async () => {
  const siblings: asyncio.Task<unknown>[] = []
  let refusal: unknown
  const errors = await errorsOf(async (group) => {
    siblings.push(group.createTask(forever()), group.createTask(nap(5)))
    group.createTask(fail(1))
    try {
      await forever()
    } finally {
      refusal = thrownBy(() => group.createTask(nap(1)))
    }
  })
  assert.deepEqual(errors, [boom])
  assert.deepEqual(fates(siblings), ["cancelled", "cancelled"])
  assert.deepEqual(siblings.map((task) => task.cancelling()), [1, 1])
  assert.match(String(refusal), /RuntimeError: this TaskGroup is shutting down and takes no new tasks/)
  assert.equal(now(), 1000)
})

virtual("children are cancelled in the order of their creation (R111)", async () => {
  const order: number[] = []
  await errorsOf((group) => {
    for (const i of [0, 1, 2]) {
      group.createTask(async () => {
        await forever().catch((error: unknown) => {
          order.push(i)
          throw error
        })
      })
    }
    group.createTask(fail(1))
  })
  assert.deepEqual(order, [0, 1, 2])
})

virtual("what the group asked of its own task is withdrawn at the end (R112)", async () => {
  await errorsOf(async (group) => {
    group.createTask(fail(1))
    await forever().catch(() => assert.equal(me().cancelling(), 1))
  })
  assert.equal(me().cancelling(), 0)
  await asyncio.sleep(1)
})

virtual("a count that stood before stays as it was (R112)", async () => {
  let count: number | undefined
  const task = asyncio.createTask(async () => {
    await forever().catch(() => undefined)
    await new asyncio.TaskGroup().run(async (group) => {
      group.createTask(nap(1))
      await asyncio.sleep(0)
      group.cancel()
      await forever()
    })
    count = me().cancelling()
    await asyncio.sleep(1)
    await errorsOf((group) => void group.createTask(fail(1)))
    count += me().cancelling()
  })
  await ticks(1)
  task.cancel()
  await asyncio.wait([task])
  assert.equal(count, 2)
})

virtual("a child that ends cancelled is no failure (R113)", async () => {
  const log: string[] = []
  await new asyncio.TaskGroup().run(async (group) => {
    const child = group.createTask(forever())
    const other = group.createTask(nap(2))
    group.createTask(() => Promise.reject(new asyncio.CancelledError("my own")))
    await asyncio.sleep(1)
    child.cancel()
    log.push(`other gave ${await other}`)
  })
  assert.deepEqual(log, ["other gave 2"])
})

virtual("all failures come as one ExceptionGroup, in order of completion, without cancellations (R114)", async () => {
  const [late, same] = [new Error("late"), new Error("same tick")]
  const errors = await errorsOf((group) => {
    group.createTask(() => asyncio.sleep(9).catch(() => fail(2, late)))
    group.createTask(fail(1))
    group.createTask(fail(1, same))
    group.createTask(forever())
  })
  assert.deepEqual(errors, [boom, same, late])
  assert.equal(now(), 3000)
})

virtual("the message of the ExceptionGroup shows what failed", async () => {
  const error = await thrown(new asyncio.TaskGroup().run((group) => void group.createTask(fail(0))))
  assert.match(String(error), /ExceptionGroup: unhandled errors in a TaskGroup \(1 error\): Error: boom/)
})

virtual("an error in the body cancels the children and joins the group, even alone (R115)", async () => {
  let child: asyncio.Task<unknown> | undefined
  const body = async (group: asyncio.TaskGroup): Promise<never> => {
    child = group.createTask(forever())
    await asyncio.sleep(1)
    throw boom
  }
  assert.deepEqual(await errorsOf(body), [boom])
  assert.ok(child?.cancelled())
  const alone = (): never => {
    throw boom
  }
  assert.deepEqual(await errorsOf(alone), [boom])
})

virtual("errors of the children stand before that of the body (R115)", async () => {
  const own = new Error("the body's own")
  const errors = await errorsOf(async (group) => {
    group.createTask(fail(1))
    await forever().catch(() => {
      throw own
    })
  })
  assert.deepEqual(errors, [boom, own])
})

virtual("no error is beyond the group: an interrupt or a string that is thrown joins like others (R116)", async () => {
  const interrupt = new asyncio.KeyboardInterrupt("Ctrl-C")
  const errors = await errorsOf((group) => {
    group.createTask(fail(1))
    group.createTask(() => asyncio.sleep(1).then(() => Promise.reject(interrupt)))
    group.createTask(() => forever().catch(() => Promise.reject("text")))
  })
  assert.deepEqual(errors, [boom, interrupt, "text"])
})

virtual("a cancellation from outside cancels the children, waits for them, and passes with its message (R117)", async () => {
  let child: asyncio.Task<unknown> | undefined
  const { task } = inTask((group) => {
    child = group.createTask(() => slowToDie(2))
  })
  await asyncio.sleep(1)
  task.cancel("outside")
  await ticks(3)
  assert.equal(fate(task), "pending")
  const error = await thrownAs(asyncio.CancelledError, task)
  assert.equal(error.reason, "outside")
  assert.equal(child?.cancelling(), 1)
  assert.equal(now(), 3000)
})

virtual("further cancellations while it drains do not reach the children again, but count (R117)", async () => {
  let child: asyncio.Task<unknown> | undefined
  const { task } = inTask((group) => {
    child = group.createTask(() => slowToDie(2))
  })
  await ticks(2)
  for (let i = 0; i < 3; i += 1) {
    task.cancel()
    await ticks(2)
  }
  assert.deepEqual([child?.cancelling(), task.cancelling()], [1, 3])
  await asyncio.wait([task])
  assert.deepEqual([fate(task), now()], ["cancelled", 2000])
})

virtual("cancelled in the body, the children are cancelled too (R117)", async () => {
  let child: asyncio.Task<unknown> | undefined
  const { task } = inTask(async (group) => {
    child = group.createTask(forever())
    await forever()
  })
  await ticks(2)
  task.cancel()
  await asyncio.wait([task])
  assert.deepEqual([fate(task), child?.cancelled()], ["cancelled", true])
})

virtual("cancelled from outside and failed: the ExceptionGroup wins, and the next wait tells of the cancellation (R118)", async () => {
  const log: string[] = []
  const task = asyncio.createTask(async () => {
    const errors = await errorsOf(async (group) => {
      group.createTask(() => asyncio.sleep(9).catch(() => Promise.reject(boom)))
      await forever()
    })
    log.push(`${String(errors[0])}, count ${me().cancelling()}`)
    await asyncio.sleep(0).catch((error: unknown) => {
      log.push(`${(error as Error).name}, count ${me().cancelling()}`)
    })
    await asyncio.sleep(1)
    return "went on"
  })
  await ticks(2)
  task.cancel()
  assert.equal(await task, "went on")
  assert.deepEqual(log, ["Error: boom, count 1", "CancelledError, count 1"])
})

virtual("the body failed and a cancellation comes while it drains: the ExceptionGroup wins, count 1 (R119)", async () => {
  let seen: unknown
  const task = asyncio.createTask(async () => {
    const errors = await errorsOf((group) => {
      group.createTask(() => slowToDie(2))
      return asyncio.sleep(0).then(() => Promise.reject(boom))
    })
    seen = [errors, me().cancelling(), now()]
  })
  await asyncio.sleep(1)
  task.cancel()
  await asyncio.wait([task])
  assert.deepEqual(seen, [[boom], 1, 2000])
})

virtual("a child that swallows its cancellation delays the end as long as it likes (R120)", async () => {
  let end = ""
  const errors = await errorsOf((group) => {
    group.createTask(fail(1))
    group.createTask(async () => {
      await forever().catch(() => undefined)
      await asyncio.sleep(10)
      end = `at ${now()}`
    })
  })
  assert.deepEqual([errors, end], [[boom], "at 11000"])
})

virtual("a body that swallows the group's cancellation may go on; the errors come when it leaves (R121)", async () => {
  const log: string[] = []
  const errors = await errorsOf(async (group) => {
    group.createTask(fail(1))
    await forever().catch(() => log.push("swallowed"))
    await asyncio.sleep(5)
    log.push(`left at ${now()}`)
  })
  assert.deepEqual([errors, log], [[boom], ["swallowed", "left at 6000"]])
})

virtual("a failure in an inner group surfaces as a group inside the outer's (R122)", async () => {
  const errors = await errorsOf((outer) => {
    outer.createTask(new asyncio.TaskGroup().run((inner) => void inner.createTask(fail(1))))
    outer.createTask(forever())
  })
  assert.ok(errors[0] instanceof asyncio.ExceptionGroup)
  assert.deepEqual([errors.length, errors[0].errors], [1, [boom]])
})

virtual("a child of the outer group that fails cancels an inner group in the body (R122)", async () => {
  let inner: asyncio.Task<unknown> | undefined
  const errors = await errorsOf(async (outer) => {
    outer.createTask(fail(1))
    await new asyncio.TaskGroup().run((group) => {
      inner = group.createTask(forever())
    })
  })
  assert.deepEqual([errors, inner?.cancelled()], [[boom], true])
})

virtual("inner and outer fail in one tick: both are told, and the count is 0 (R122)", async () => {
  const other = new Error("other")
  const errors = await errorsOf(async (outer) => {
    outer.createTask(fail(1))
    await new asyncio.TaskGroup().run((inner) => void inner.createTask(fail(1, other)))
  })
  assert.deepEqual(errors[0], boom)
  assert.ok(errors[1] instanceof asyncio.ExceptionGroup)
  assert.deepEqual(errors[1].errors, [other])
  assert.equal(me().cancelling(), 0)
})

virtual("createTask before, after and while shutting down is refused, and the coroutine closed (R123)", async () => {
  const group = new asyncio.TaskGroup()
  const refused = (): string => {
    const coroutine = nap(1)
    const { message } = thrownBy(() => group.createTask(coroutine))
    assert.equal(coroutine.unstarted, false)
    return message
  }
  assert.match(refused(), /has not been entered; use it in the body given to run/)
  await group.run(async () => {
    group.cancel()
    assert.match(refused(), /is shutting down/)
  })
  assert.match(refused(), /has ended; make a new one/)
})

virtual("a body that throws a CancelledError nobody asked for cancels the children, and it passes (R124)", async () => {
  let child: asyncio.Task<unknown> | undefined
  const own = new asyncio.CancelledError("my own")
  const { task } = inTask((group) => {
    child = group.createTask(forever())
    return Promise.reject(own)
  })
  assert.equal(await thrown(task), own)
  assert.ok(child?.cancelled())
})

virtual("an eager child that fails in its first step does not interrupt the call that makes it (R125)", async () => {
  const log: string[] = []
  const errors = await errorsOf(async (group) => {
    group.createTask(() => Promise.reject(boom), { eagerStart: true })
    log.push("made")
    await asyncio.sleep(0).catch(() => undefined)
    await asyncio.sleep(0).catch(() => log.push("cancelled"))
  })
  assert.deepEqual([errors, log[0]], [[boom], "made"])
  assert.equal(me().cancelling(), 0)
  await asyncio.sleep(1)
})

virtualLazyAndEager("cancel ends children and body, and the block ends quietly (R126)", async () => {
  const log: string[] = []
  let child: asyncio.Task<unknown> | undefined
  const value = await new asyncio.TaskGroup().run(async (group) => {
    child = group.createTask(forever())
    await asyncio.sleep(1)
    group.cancel()
    log.push("goes on until its next wait")
    await asyncio.sleep(0)
    log.push("never")
    return "never"
  })
  assert.deepEqual([value, log, fate(child as asyncio.Task<unknown>)], [undefined, ["goes on until its next wait"], "cancelled"])
  assert.equal(me().cancelling(), 0)
  await asyncio.sleep(1)
  assert.equal(now(), 2000)
})

virtual("cancel may be called by a child, a callback or another task, in the body or while it drains (R126)", async () => {
  for (const drains of [false, true]) {
    for (const who of ["child", "callback", "task"]) {
      const start = now()
      await new asyncio.TaskGroup().run(async (group) => {
        group.createTask(forever())
        const cancel = (): void => group.cancel()
        if (who === "callback") asyncio.getRunningLoop().callLater(1, cancel)
        else (who === "child" ? group : asyncio).createTask(() => asyncio.sleep(1).then(cancel))
        if (!drains) await forever()
      })
      assert.deepEqual([now() - start, me().cancelling()], [1000, 0])
    }
  }
})

virtual("a body that ends by itself after cancel gives its value (R126)", async () => {
  const value = await new asyncio.TaskGroup().run((group) => {
    group.createTask(forever())
    group.cancel()
    return "value"
  })
  assert.equal(value, "value")
})

virtual("cancel does not hide errors (R127)", async () => {
  const errors = await errorsOf(async (group) => {
    group.createTask(() => forever().catch(() => Promise.reject(boom)))
    await asyncio.sleep(1)
    group.cancel()
    await forever()
  })
  assert.deepEqual(errors, [boom])
  assert.equal(me().cancelling(), 0)
})

virtual("cancel before the start: the body begins, and its first wait is cancelled (R128)", async () => {
  const log: string[] = []
  const group = new asyncio.TaskGroup()
  group.cancel()
  group.cancel()
  await group.run(async () => {
    log.push("begins")
    await asyncio.sleep(1)
    log.push("never")
  })
  assert.deepEqual([log, me().cancelling()], [["begins"], 0])
})

virtual("cancel twice is as once, and after the end nothing (R128)", async () => {
  const group = new asyncio.TaskGroup()
  let child: asyncio.Task<unknown> | undefined
  await group.run((tg) => {
    child = tg.createTask(() => slowToDie(1))
    asyncio.getRunningLoop().callLater(1, () => {
      group.cancel()
      group.cancel()
    })
  })
  assert.equal(child?.cancelling(), 1)
  group.cancel()
  await asyncio.sleep(1)
  assert.equal(me().cancelling(), 0)
})

virtual("after cancel, createTask is refused (R129)", async () => {
  await new asyncio.TaskGroup().run((group) => {
    group.cancel()
    assert.ok(thrownBy(() => group.createTask(nap(1))) instanceof asyncio.RuntimeError)
  })
})

virtual("a cancellation from outside after cancel still passes, in the body and while it drains (R130)", async () => {
  for (const drains of [false, true]) {
    const { task, group } = inTask(async (tg) => {
      tg.createTask(() => slowToDie(2))
      if (!drains) await slowToDie(2)
    })
    await ticks(2)
    group.cancel()
    await asyncio.sleep(1)
    task.cancel("outside")
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
    assert.equal(task.cancelling(), 1)
  }
})

virtual("a timeout that expires after cancel still raises (R130)", async () => {
  const running = asyncio.timeout(2).run(() =>
    new asyncio.TaskGroup().run((group) => {
      group.createTask(() => slowToDie(5))
      asyncio.getRunningLoop().callLater(1, () => group.cancel())
    }),
  )
  await thrownAs(asyncio.TimeoutError, running)
  assert.deepEqual([now(), me().cancelling()], [6000, 0])
})

virtual("a cancellation from outside and cancel in one tick: it passes (R130)", async () => {
  for (const outsideFirst of [true, false]) {
    const { task, group } = inTask(async (tg) => {
      tg.createTask(forever())
      await forever()
    })
    await ticks(2)
    if (outsideFirst) task.cancel()
    group.cancel()
    if (!outsideFirst) task.cancel()
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
  }
})

virtual("a child that calls cancel in its eager first step is itself cancelled (R130)", async () => {
  let child: asyncio.Task<unknown> | undefined
  await new asyncio.TaskGroup().run((group) => {
    const work = (): asyncio.Coroutine<never> => {
      group.cancel()
      return forever()
    }
    child = group.createTask(work, { eagerStart: true })
  })
  assert.equal(fate(child as asyncio.Task<unknown>), "cancelled")
})

virtual("children take a name, a context and a signal", async () => {
  const variable = new asyncio.ContextVar("variable", { default: "unset" })
  const context = asyncio.copyContext()
  context.run(() => variable.set("given"))
  const controller = new AbortController()
  await new asyncio.TaskGroup().run(async (group) => {
    const named = group.createTask(async () => [me().getName(), variable.get()], { name: "child", context })
    const signalled = group.createTask(forever(), { signal: controller.signal })
    assert.deepEqual(await named, ["child", "given"])
    controller.abort()
    await ticks(3)
    assert.equal(fate(signalled), "cancelled")
  })
})

virtual("a child that fails after everybody has gone is not lost (R114)", async () => {
  const errors = await errorsOf((group) => {
    const child = group.createTask(() => slowToDie(1).catch(() => Promise.reject(boom)))
    asyncio.getRunningLoop().callLater(1, () => void child.cancel())
  })
  assert.deepEqual(errors, [boom])
})

virtual("start waits until the child says that it is ready, and gives what it passed", async () => {
  const log: string[] = []
  await new asyncio.TaskGroup().run(async (group) => {
    const port = await group.start<number>(async (ready) => {
      await asyncio.sleep(1)
      ready(8080)
      ready(9090)
      await asyncio.sleep(2)
      log.push(`served until ${now()}`)
    })
    log.push(`${port} at ${now()}`)
  })
  assert.deepEqual(log, ["8080 at 1000", "served until 3000"])
})

virtual("a child that fails before it is ready fails start, and not the group", async () => {
  await new asyncio.TaskGroup().run(async (group) => {
    assert.equal(await thrown(group.start(() => fail(1))), boom)
    await asyncio.sleep(1)
  })
})

virtual("a child that ends without being ready is a RuntimeError at start", async () => {
  await new asyncio.TaskGroup().run(async (group) => {
    const error = await thrownAs(asyncio.RuntimeError, group.start(() => nap(1)))
    assert.match(error.message, /ended without calling ready\(…\)/)
  })
})

virtual("a child that cancels itself before it is ready says so at start, as at an await of it", async () => {
  const asks = async (): Promise<void> => {
    me().cancel("I give up")
    await nap(1)
  }
  const throws = (): never => {
    throw new asyncio.CancelledError("mine")
  }
  for (const [work, message] of [[asks, "cancelled by task 'child': I give up"], [throws, "cancelled: mine"]] as const) {
    const messages: string[] = []
    const { task } = inTask(async (group) => {
      const error = await thrownAs(asyncio.CancelledError, group.start(work, { name: "child" }))
      messages.push(error.message, (await thrownAs(asyncio.CancelledError, asyncio.createTask(work, { name: "child" }))).message)
      return me().cancelling()
    })
    assert.equal(await task, 0)
    assert.deepEqual(messages, [message, message])
  }
})

virtual("a child that fails after it was ready fails the group", async () => {
  const errors = await errorsOf(async (group) => {
    await group.start(async (ready) => {
      ready(undefined)
      await fail(1)
    })
    await forever()
  })
  assert.deepEqual(errors, [boom])
})

virtual("cancelled while it waits for readiness, start cancels the child, and the group waits for it", async () => {
  const log: string[] = []
  await new asyncio.TaskGroup().run(async (group) => {
    const caller = asyncio.createTask(group.start(() => slowToDie(2, (what) => log.push(`${what} at ${now()}`))))
    await asyncio.sleep(1)
    caller.cancel()
    await ticks(3)
    assert.equal(fate(caller), "cancelled")
  })
  assert.deepEqual(log, ["cleaned up at 3000"])
})

virtual("a failure elsewhere ends a child that is not ready yet, and start with it", async () => {
  let child: asyncio.Task<unknown> | undefined
  const errors = await errorsOf(async (group) => {
    group.createTask(fail(1))
    await group.start(() => {
      child = me()
      return forever()
    })
  })
  assert.deepEqual([errors, child?.cancelled()], [[boom], true])
})

virtual("start is refused where createTask is, and takes a function; ready takes no promise", async () => {
  const group = new asyncio.TaskGroup()
  await thrownAs(asyncio.RuntimeError, group.start(() => 1))
  await group.run(async () => {
    assert.match(thrownBy(() => group.start(5 as never)).message, /what TaskGroup\.start runs is a function, but 5/)
    const error = await thrownAs(TypeError, group.start((ready) => ready(Promise.resolve())))
    assert.match(error.message, /what TaskGroup\.start gives cannot be a Promise/)
  })
})

virtual("at most `limit` children run at a time, those of start among them", async () => {
  let running = 0
  let most = 0
  const work = async (ready?: (value: void) => void): Promise<void> => {
    most = Math.max(most, (running += 1))
    ready?.()
    await asyncio.sleep(1)
    running -= 1
  }
  await new asyncio.TaskGroup({ limit: 2 }).run(async (group) => {
    for (let i = 0; i < 4; i += 1) group.createTask(() => work())
    await group.start((ready) => work(ready))
    assert.equal(now(), 2000)
  })
  assert.deepEqual([most, now()], [2, 3000])
})

virtual("with a limit, children whose turn has not come are cancelled unbegun, and nobody calls them forgotten", async () => {
  const errors = await errorsOf((group) => {
    const limited = new asyncio.TaskGroup({ limit: 1 })
    group.createTask(
      limited.run(async () => {
        for (const work of [fail(1), nap(9), nap(9)]) limited.createTask(work)
        await forever()
      }),
    )
  })
  assert.deepEqual((errors[0] as asyncio.ExceptionGroup).errors, [boom])
  const group = new asyncio.TaskGroup({ limit: 1 })
  await group.run(() => {
    group.createTask(nap(1))
    group.cancel()
  })
})

virtual("wrong work is refused at the call, with a limit too", async () => {
  const started = nap(0)
  await started
  for (const limit of [undefined, 1]) {
    await new asyncio.TaskGroup({ limit }).run((group) => {
      assert.match(thrownBy(() => group.createTask(Promise.resolve() as never)).message, /runs already/)
      assert.match(thrownBy(() => group.createTask(5 as never)).message, /not of 5/)
      assert.match(thrownBy(() => group.createTask(started)).message, /has already started/)
    })
  }
  assert.ok(thrownBy(() => new asyncio.TaskGroup({ limit: 0 })) instanceof RangeError)
  assert.ok(thrownBy(() => new asyncio.TaskGroup({ limit: 0.5 })) instanceof TypeError)
  assert.match(thrownBy(() => new asyncio.TaskGroup().run(1 as never)).message, /body of a TaskGroup is a function, but 1/)
})

test("run may be the program itself, and the body of a task", async () => {
  assert.equal(await runVirtual(new asyncio.TaskGroup().run(() => "value")), "value")
  await thrownAs(
    asyncio.ExceptionGroup,
    runVirtual(
      new asyncio.TaskGroup().run(async (group) => {
        group.createTask(fail(1))
        await forever()
      }),
    ),
  )
})

virtual("who is cancelled by a group is told so", async () => {
  let told: unknown
  const group = new asyncio.TaskGroup()
  await group.run((tg) => {
    tg.createTask(async () => {
      told = await thrown(forever())
    })
    asyncio.getRunningLoop().callSoon(() => void asyncio.getRunningLoop().callSoon(() => group.cancel()))
  })
  assert.equal((told as asyncio.CancelledError).message, "cancelled by a TaskGroup that shuts down")
})

test("a wrong limit is named", () => {
  assert.match(thrownBy(() => new asyncio.TaskGroup({ limit: 0 })).message, /^the limit of a TaskGroup must be at least 1, but is 0$/)
})

virtual("what is refused is a RuntimeError also for a function and for a coroutine that has started, which goes on", async () => {
  const group = new asyncio.TaskGroup()
  const started = nap(1)
  const task = asyncio.createTask(started)
  await ticks(1)
  for (const work of [async () => 1, started]) {
    assert.match(thrownBy(() => group.createTask(work)).message, /^this TaskGroup has not been entered/)
  }
  assert.equal(await task, 1)
})

virtual("nobody new is let in once the last child has ended, nor by start (R110)", async () => {
  const refusals: string[] = []
  let begun = 0
  const group = new asyncio.TaskGroup()
  await group.run((tg) => {
    const child = tg.createTask(nap(1))
    asyncio.getRunningLoop().callSoon(() => {
      child.addDoneCallback(() => refusals.push(thrownBy(() => tg.createTask(async () => (begun += 1))).message))
    })
  })
  refusals.push((await thrownAs(asyncio.RuntimeError, group.start(() => (begun += 1)))).message)
  assert.deepEqual(refusals, Array(2).fill("this TaskGroup has ended; make a new one"))
  await new asyncio.TaskGroup().run(async (tg) => {
    tg.cancel()
    await forever().catch(() => undefined)
    assert.match((await thrownAs(asyncio.RuntimeError, tg.start(() => (begun += 1)))).message, /is shutting down and takes no new tasks/)
  })
  assert.match((await thrownAs(asyncio.RuntimeError, new asyncio.TaskGroup().start(() => (begun += 1)))).message, /has not been entered/)
  assert.equal(begun, 0)
})

virtual("cancel in the tick in which the last child ends changes nothing (R128)", async () => {
  const group = new asyncio.TaskGroup()
  const body = (): string => {
    const child = group.createTask(nap(1))
    asyncio.getRunningLoop().callSoon(() => child.addDoneCallback(() => group.cancel()))
    return "value"
  }
  const task = asyncio.createTask(group.run(body))
  assert.equal(await task, "value")
  assert.equal(task.cancelling(), 0)
  assert.equal(String(group), "<TaskGroup tasks=0 finished>")
})

virtual("while children run, the task of the group is known to wait for them, in its body and at its end", async () => {
  const scopes: unknown[] = []
  const main = asyncio.createTask(
    () =>
      new asyncio.TaskGroup().run(async (group) => {
        group.createTask(asyncio.sleep(3), { name: "child" })
        await asyncio.sleep(1)
      }),
    { name: "main" },
  )
  for (const seconds of [0.5, 1]) {
    await asyncio.sleep(seconds)
    const [scope] = scopesOf(main)
    scopes.push(scope?.map((task) => task.getName()))
  }
  assert.deepEqual(scopes, [["child"], ["child"]])
  const [child] = scopesOf(main).flat()
  assert.deepEqual(child && asyncio.captureCallGraph(child)?.awaitedBy.map(({ future }) => future), [main])
  const [wait] = waitsOf(main)
  assert.equal(wait, "TaskGroup of 1, 1 still open: task 'child'")
  const graph = asyncio.captureCallGraph(main)
  assert.deepEqual(graph?.callStack.map(({ name }) => name).filter((name) => name.startsWith("TaskGroup")), ["TaskGroup"])
  await main
})

virtual("the stack of a task shows the group whose body it runs, and start", async () => {
  let names: string[] | undefined
  const waits: (string | undefined)[] = []
  await new asyncio.TaskGroup().run(async (group) => {
    const body = me()
    const caller = asyncio.createTask(async () => group.start(() => forever(), { name: "child" }))
    await ticks(3)
    waits.push(...waitsOf(caller))
    const starting = asyncio.captureCallGraph(caller)?.callStack.map(({ name }) => name)
    assert.ok(starting?.includes("TaskGroup.start"), String(starting))
    asyncio.getRunningLoop().callSoon(() => {
      names = asyncio.captureCallGraph(body)?.callStack.map(({ name }) => name)
    })
    await asyncio.sleep(1)
    group.cancel()
  })
  assert.deepEqual(names?.filter((name) => name.startsWith("TaskGroup")), ["TaskGroup.body", "TaskGroup"])
  assert.deepEqual(waits, ["task 'child' to say that it is ready"])
})

virtual("a child of start has its function's name, or that of start, or the one that was asked for", async () => {
  const names: string[] = []
  await new asyncio.TaskGroup().run(async (group) => {
    const note = (ready: (value: void) => void): void => {
      names.push(me().getName())
      ready()
    }
    await group.start(note)
    await group.start((() => (ready: (value: void) => void) => note(ready))())
    await group.start(note, { name: "asked" })
  })
  assert.deepEqual(names, ["note", "TaskGroup.start", "asked"])
})

virtual("a child of start that ends the group in its eager first step is itself cancelled", async () => {
  let child: asyncio.Task<unknown> | undefined
  await new asyncio.TaskGroup().run(async (group) => {
    const work = (): asyncio.Coroutine<never> => {
      child = me()
      group.cancel()
      return forever()
    }
    await group.start(work, { eagerStart: true })
  })
  assert.equal(fate(child as asyncio.Task<unknown>), "cancelled")
})

virtual("such a child is cancelled also if the caller of start is no part of the group", async () => {
  let child: asyncio.Task<unknown> | undefined
  const outside: asyncio.Task<unknown>[] = []
  const group = new asyncio.TaskGroup()
  await group.run(async () => {
    const work = (): asyncio.Coroutine<never> => {
      child = me()
      group.cancel()
      return forever()
    }
    outside.push(asyncio.createTask(group.start(work, { eagerStart: true })))
    await ticks(1)
  })
  assert.equal(fate(child as asyncio.Task<unknown>), "cancelled")
  await asyncio.wait(outside)
  assert.deepEqual(fates(outside), ["cancelled"])
})

/** `start` of a child that fails after a second, whose caller is cancelled before it hears of that. */
async function startMissed(group: asyncio.TaskGroup, error: Error): Promise<void> {
  let child: asyncio.Task<unknown> | undefined
  const work = (): PromiseLike<never> => {
    child = me()
    return fail(1, error)
  }
  const caller = asyncio.createTask(async () => group.start(work))
  await ticks(3)
  child?.addDoneCallback(() => void caller.cancel())
}

virtual("a failure of which start cannot tell its caller, who was cancelled meanwhile, is the group's", async () => {
  const errors = await errorsOf(async (group) => {
    await startMissed(group, boom)
    await asyncio.sleep(5)
  })
  assert.deepEqual(errors, [boom])
})

virtual("such a failure is reported when the group has ended meanwhile", async (told) => {
  await new asyncio.TaskGroup().run((group) => startMissed(group, boom))
  await ticks(5)
  const { exception, task } = told.report(/^a task failed after its TaskGroup had ended$/)
  assert.equal(exception, boom)
  assert.ok(task instanceof asyncio.Task && task.exception() === boom)
})

virtual("a child that fails while the group is cancelled from outside does not ask its task a second time (R117)", async () => {
  const counts: number[] = []
  const { task } = inTask(async (group) => {
    group.createTask(() => forever().catch(() => fail(1)))
    group.createTask(() => forever().catch(async () => {
      await asyncio.sleep(2)
      counts.push(task.cancelling())
    }))
    await forever()
  })
  await ticks(2)
  task.cancel()
  await asyncio.wait([task])
  assert.deepEqual(counts, [1])
  assert.ok(task.exception() instanceof asyncio.ExceptionGroup)
})

/** A tree of groups whose leaves end, fail or are cancelled at random instants. */
async function tree(random: Random, depth: number, failures: Set<Error>, live: Set<asyncio.Task<unknown>>): Promise<void> {
  const seconds = (): number => random.below(1000) / 1000 + random.below(1000) / 1e7
  await new asyncio.TaskGroup().run(async (group) => {
    const children = 1 + random.below(3)
    for (let i = 0; i < children; i += 1) {
      const leaf = async (): Promise<void> => {
        let cancelled: { error: unknown } | undefined
        live.add(me())
        try {
          await asyncio.sleep(seconds())
        } catch (error) {
          cancelled = { error }
          if (random.chance(30)) await asyncio.sleep(seconds())
        } finally {
          live.delete(me())
        }
        if (random.chance(20)) {
          const error = new Error(`failure ${failures.size}`)
          failures.add(error)
          throw error
        }
        if (cancelled !== undefined) throw cancelled.error
      }
      const below = depth > 0 && random.chance(50)
      const child = group.createTask(below ? () => tree(random, depth - 1, failures, live) : leaf)
      if (random.chance(10)) asyncio.getRunningLoop().callLater(seconds(), () => void child.cancel())
    }
    if (random.chance(10)) asyncio.getRunningLoop().callLater(seconds(), () => group.cancel())
    if (random.chance(50)) await asyncio.sleep(seconds())
  })
}

/** The errors at the leaves of nested groups. */
function leaves(error: unknown): unknown[] {
  return error instanceof asyncio.ExceptionGroup ? error.errors.flatMap(leaves) : [error]
}

randomVirtual("random trees of groups: nobody outlives its group, no failure is lost, no count remains", 150, async (random) => {
  const failures = new Set<Error>()
  const live = new Set<asyncio.Task<unknown>>()
  const root = asyncio.createTask(async () => {
    await tree(random, 3, failures, live)
    assert.equal(me().cancelling(), 0)
  })
  const cancelled = random.chance(30)
  if (cancelled) asyncio.getRunningLoop().callLater(random.below(2000) / 1000, () => void root.cancel())
  await asyncio.wait([root])
  assert.equal(live.size, 0)
  assert.deepEqual([...asyncio.allTasks()].map(String), [String(me())])
  if (root.cancelled()) assert.ok(cancelled && failures.size === 0)
  else assert.deepEqual(new Set(root.exception() === undefined ? [] : leaves(root.exception())), failures)
})
