/** What CPython's test_taskgroups.py expects and no other test of ours holds. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { collect } from "../core/support/gc.ts"
import { fate, fates, forever, me, now, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

const boom = new Error("boom")
const nap = asyncio.coroutine("nap", async (seconds: number) => asyncio.sleep(seconds, seconds))
const fail = asyncio.coroutine("fail", async (seconds: number, error: unknown = boom): Promise<never> => {
  await asyncio.sleep(seconds)
  throw error
})
/** Throws something else when it is cancelled. */
const retort = asyncio.coroutine("retort", async (error: unknown = boom): Promise<never> => {
  try {
    return await forever()
  } catch {
    throw error
  }
})

/** Runs a group and gives the errors it ends with. */
async function errorsOf(body: (group: asyncio.TaskGroup) => unknown): Promise<unknown[]> {
  return errorsIn(await thrown(new asyncio.TaskGroup().run(body)))
}

function errorsIn(error: unknown): unknown[] {
  assert.ok(error instanceof asyncio.ExceptionGroup)
  return error.errors as unknown[]
}

/** What is left of what `make` refers to, when the loop and the host have had time to forget it. */
async function leftOf(make: () => WeakRef<object>[] | Promise<WeakRef<object>[]>): Promise<object[]> {
  const references = await make()
  await asyncio.sleep(10)
  await asyncio.wrapFuture(collect())
  return references.flatMap((reference) => reference.deref() ?? [])
}

// CPython: test_taskgroup_02
virtualLazyAndEager("a child may be made after the body has waited, while others run", async () => {
  const tasks: asyncio.Task<number>[] = []
  await new asyncio.TaskGroup().run(async (group) => {
    tasks.push(group.createTask(nap(1)))
    await asyncio.sleep(1.5)
    tasks.push(group.createTask(nap(2)))
  })
  assert.deepEqual([fates(tasks), now()], [["returned 1", "returned 2"], 3500])
})

// CPython: test_cancel_children_on_child_error
virtualLazyAndEager("children that fail in one tick are all told; the rest and the waiting body are cancelled", async () => {
  const log: string[] = []
  const errors = await errorsOf(async (group) => {
    for (let i = 0; i < 3; i += 1) group.createTask(fail(1))
    group.createTask(() => forever().finally(() => log.push("child cancelled")))
    await forever().finally(() => log.push("body cancelled"))
  })
  assert.deepEqual([errors, log.toSorted()], [[boom, boom, boom], ["body cancelled", "child cancelled"]])
})

// CPython: test_cancellation, test_taskgroup_07, test_taskgroup_22
virtualLazyAndEager("a cancellation from outside reaches each child once, whether the body waits or has ended", async () => {
  for (const waits of [false, true]) {
    let cancelled = 0
    const child = (): Promise<never> => forever().finally(() => (cancelled += 1))
    const task = asyncio.createTask(() =>
      new asyncio.TaskGroup().run(async (group) => {
        for (let i = 0; i < 5; i += 1) group.createTask(child)
        if (waits) await forever().finally(() => (cancelled += 10))
      }),
    )
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
    assert.deepEqual([fate(task), cancelled], ["cancelled", waits ? 15 : 5])
  }
})

// CPython: test_taskgroup_10
virtual("a body that throws before its children have begun cancels them unbegun", async () => {
  const tasks: asyncio.Task<unknown>[] = []
  const errors = await errorsOf((group) => {
    for (let i = 0; i < 2; i += 1) tasks.push(group.createTask(() => assert.fail("it runs")))
    throw boom
  })
  assert.deepEqual([errors, fates(tasks)], [[boom], ["cancelled", "cancelled"]])
})

// CPython: test_taskgroup_11, test_taskgroup_12
virtualLazyAndEager("cancelled in an inner group whose children then fail, the outer tells of the inner's errors", async () => {
  for (const siblings of [0, 1]) {
    const task = asyncio.createTask(() =>
      new asyncio.TaskGroup().run(async (outer) => {
        for (let i = 0; i < siblings; i += 1) outer.createTask(forever())
        await new asyncio.TaskGroup().run(async (inner) => {
          for (let i = 0; i < 5; i += 1) inner.createTask(retort())
          await forever()
        })
      }),
    )
    await asyncio.sleep(1)
    task.cancel()
    const [inner, ...others] = errorsIn(await thrown(task))
    assert.deepEqual([errorsIn(inner), others], [[boom, boom, boom, boom, boom], []])
  }
})

// CPython: test_taskgroup_14
virtualLazyAndEager("an inner group in the body that fails cancels the children of the outer", async () => {
  let child: asyncio.Task<unknown> | undefined
  const errors = await errorsOf(async (outer) => {
    child = outer.createTask(fail(10))
    await new asyncio.TaskGroup().run((inner) => void inner.createTask(fail(1)))
  })
  assert.deepEqual([errors.map(errorsIn), child?.cancelled(), now()], [[[boom]], true, 1000])
})

// CPython: test_taskgroup_15, test_taskgroup_16
virtualLazyAndEager("a child that fails while the cancelled body cleans up interrupts that, and its error is told", async () => {
  const group = (): Promise<unknown> =>
    new asyncio.TaskGroup().run(async (tasks) => {
      tasks.createTask(fail(3))
      await forever().finally(() => asyncio.sleep(5))
    })
  const nested = (): Promise<unknown> => asyncio.createTask(group)
  for (const work of [group, nested]) {
    const start = now()
    const task = asyncio.createTask(work)
    await asyncio.sleep(1)
    task.cancel()
    assert.deepEqual([errorsIn(await thrown(task)), now() - start], [[boom], 3000])
  }
})

// CPython: test_taskgroup_17
virtual("a group without children passes a cancellation of its body on", async () => {
  let cleaned = false
  const task = asyncio.createTask(() => new asyncio.TaskGroup().run(() => forever().finally(() => (cleaned = true))))
  await ticks(1)
  task.cancel()
  await asyncio.wait([task])
  assert.deepEqual([fate(task), cleaned], ["cancelled", true])
})

// CPython: test_taskgroup_18
virtual("a body that answers a cancellation from outside with an error ends the group with that error", async () => {
  const task = asyncio.createTask(() => new asyncio.TaskGroup().run(() => retort()))
  await ticks(1)
  task.cancel()
  assert.deepEqual([errorsIn(await thrown(task)), task.cancelled(), task.cancelling()], [[boom], false, 1])
})

// CPython: test_taskgroup_20a, test_taskgroup_21a; an interrupt is no exception here (test_taskgroup_20)
virtual("what ends programs in Python joins the other errors, from the body as from a child", async () => {
  const interrupt = new asyncio.KeyboardInterrupt("Ctrl-C")
  for (const [child, body] of [[boom, interrupt], [interrupt, boom]]) {
    const errors = await errorsOf(async (group) => {
      group.createTask(fail(1, child))
      await retort(body)
    })
    assert.deepEqual(errors, [child, body])
  }
})

// CPython: test_taskgroup_23
virtual("a group that lives on lets go of children that have ended", async () => {
  await new asyncio.TaskGroup().run(async (group) => {
    const spawn = (): WeakRef<object>[] => [1, 2, 3].map((i) => new WeakRef(group.createTask(async () => i)))
    assert.deepEqual(await leftOf(spawn), [])
  })
})

/** A group that has ended is kept by whoever made it. */
async function leftOfGroup(use: (group: asyncio.TaskGroup) => Promise<WeakRef<object>[]>): Promise<object[]> {
  const group = new asyncio.TaskGroup()
  const left = await leftOf(() => use(group))
  assert.match(thrownBy(() => group.createTask(nap(1))).message, /has ended/)
  return left
}

// CPython: test_exception_refcycles_direct, test_exception_refcycles_errors, test_exception_refcycles_base_error
virtual("a group that has ended lets go of its errors", async () => {
  const left = await leftOfGroup(async (group) => {
    const [child, body] = [new Error("child"), new asyncio.KeyboardInterrupt("body")]
    const running = group.run(async () => {
      group.createTask(() => Promise.reject(child))
      await retort(body)
    })
    return [child, body, await thrownAs(asyncio.ExceptionGroup, running)].map((error) => new WeakRef(error))
  })
  assert.deepEqual(left, [])
})

// CPython: test_exception_refcycles_parent_task, test_exception_refcycles_parent_task_wr
virtual("a group that has ended lets go of the task that ran it", async () => {
  const left = await leftOfGroup(async (group) => {
    const task = asyncio.createTask(async () => thrown(group.run(() => Promise.reject(boom))))
    await task
    return [new WeakRef(task)]
  })
  assert.deepEqual(left, [])
})

// CPython: test_exception_refcycles_propagate_cancellation_error
virtual("a group that has ended lets go of the cancellation that ended it", async () => {
  const left = await leftOfGroup(async (group) => {
    const { cause } = await thrownAs(asyncio.TimeoutError, asyncio.timeout(-1).run(() => group.run(() => forever())))
    assert.ok(cause instanceof asyncio.CancelledError)
    return [new WeakRef(cause)]
  })
  assert.deepEqual(left, [])
})

// CPython: test_taskgroup_25, test_taskgroup_no_create_task_after_failure
virtualLazyAndEager("children that keep making children end with the first failure, and can make no more", async () => {
  let born = 0
  const refusals = new Set<string>()
  const errors = await errorsOf((group) => {
    const hydra = async (): Promise<void> => {
      born += 1
      try {
        await asyncio.sleep(0.01)
      } catch (error) {
        refusals.add(thrownBy(() => group.createTask(hydra)).message)
        throw error
      }
      group.createTask(hydra)
      group.createTask(hydra)
    }
    group.createTask(hydra)
    group.createTask(async () => {
      while (born < 10) await asyncio.sleep(0.015)
      throw boom
    })
  })
  assert.deepEqual([errors, [...refusals]], [[boom], ["this TaskGroup is shutting down and takes no new tasks"]])
  assert.ok(born >= 10)
})

// CPython: test_taskgroup_task_context
virtualLazyAndEager("children that are given one context set their variables in it, one after the other", async () => {
  const variable = new asyncio.ContextVar<number>("variable", { default: 0 })
  const context = asyncio.copyContext()
  await new asyncio.TaskGroup().run(async (group) => {
    for (const value of [1, 2]) {
      await group.createTask(() => asyncio.sleep(0).then(() => void variable.set(value)), { context })
      assert.deepEqual([context.get(variable), variable.get()], [value, 0])
    }
  })
})

// CPython: test_taskgroup_context_manager_exit_raises
virtualLazyAndEager("a body whose clean-up throws while a child fails gives both errors, and leaves no count", async () => {
  const own = new Error("clean-up")
  const errors = await errorsOf(async (group) => {
    group.createTask(() => Promise.reject(boom))
    await asyncio.sleep(1).finally(() => Promise.reject(own))
  })
  assert.deepEqual([errors, me().cancelling()], [[boom, own], 0])
})

// CPython: test_taskgroup_without_parent_task
test("a group that was refused outside a task counts as not entered", async () => {
  const group = new asyncio.TaskGroup()
  await thrownAs(asyncio.RuntimeError, group.run(() => assert.fail("the body runs")))
  await asyncio.run(() => {
    assert.match(thrownBy(() => group.createTask(nap(1))).message, /has not been entered/)
  })
})

// CPython: test_cancelling_level_preserved, test_cancellation_does_not_leak_out_of_tg
virtualLazyAndEager("a child that fails while the group drains leaves no cancellation behind", async () => {
  for (const child of [() => Promise.reject(boom), () => fail(0)]) {
    assert.deepEqual(await errorsOf((group) => void group.createTask(child)), [boom])
    assert.equal(me().cancelling(), 0)
    await ticks(2)
  }
})

// CPython: test_nested_groups_both_cancelled
virtualLazyAndEager("an inner and an outer group that fail in one tick each count their own request", async () => {
  const other = new Error("other")
  let between: number | undefined
  const errors = await errorsOf(async (outer) => {
    const inner = await errorsOf((group) => {
      group.createTask(fail(0))
      outer.createTask(fail(0, other))
    })
    assert.deepEqual(inner, [boom])
    between = me().cancelling()
  })
  assert.deepEqual([errors, between, me().cancelling()], [[other], 1, 0])
})

// CPython: test_error_and_cancel
virtualLazyAndEager("a cancellation from outside in the tick in which a child fails is told after the error, once", async () => {
  const begun = new asyncio.Event()
  const counts: number[] = []
  const task = asyncio.createTask(async () => {
    const errors = await errorsOf(async (group) => {
      group.createTask(() => {
        begun.set()
        return fail(0)
      })
      await forever()
    })
    assert.deepEqual(errors, [boom])
    counts.push(me().cancelling())
    await asyncio.sleep(1)
    assert.fail("the sleep after the group was not cancelled")
  })
  await begun.wait()
  counts.push(task.cancelling())
  task.cancel()
  await asyncio.wait([task])
  assert.deepEqual([fate(task), counts], ["cancelled", [0, 1]])
})

// CPython: test_cancels_task_if_created_during_creation
virtualLazyAndEager("a child that makes a failing child in its first step is cancelled at its next wait", async () => {
  let cancelled = false
  const errors = await errorsOf((group) => {
    group.createTask(async () => {
      group.createTask(() => Promise.reject(boom))
      try {
        await ticks(2)
      } catch (error) {
        cancelled = error instanceof asyncio.CancelledError
        throw error
      }
    })
  })
  assert.deepEqual([errors, cancelled], [[boom], true])
})
