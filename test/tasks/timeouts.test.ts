import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { randomVirtual, type Random } from "../support/random.ts"
import { fate, forever, me, now, slowToDie, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

const boom = new Error("boom")

/** Waits until it is cancelled, then throws something else. */
async function retort(error: unknown): Promise<never> {
  try {
    return await forever()
  } catch {
    throw error
  }
}

virtualLazyAndEager("a body that ends in time gives its value", async () => {
  const timeout = asyncio.timeout(2)
  assert.equal(await timeout.run(() => asyncio.sleep(1, "done")), "done")
  assert.deepEqual([timeout.expired(), timeout.when(), now()], [false, 2, 1000])
  await asyncio.sleep(5)
  assert.equal(timeout.expired(), false)
})

virtualLazyAndEager("when the deadline passes the body is cancelled and TimeoutError thrown, caused by the cancellation", async () => {
  const timeout = asyncio.timeout(2)
  const error = await thrownAs(asyncio.TimeoutError, timeout.run(() => forever()))
  assert.ok(error.cause instanceof asyncio.CancelledError)
  assert.equal(error.cause.requestedBy, "a timeout")
  assert.deepEqual([timeout.expired(), now(), me().cancelling()], [true, 2000, 0])
  await asyncio.sleep(1)
})

virtual("timeoutAt takes a time of the loop's clock", async () => {
  await asyncio.sleep(1)
  const timeout = asyncio.timeoutAt(3)
  await thrownAs(asyncio.TimeoutError, timeout.run(() => forever()))
  assert.deepEqual([timeout.when(), now()], [3, 3000])
})

virtual("null, undefined and Infinity never fire (R105)", async () => {
  for (const none of [null, undefined, Infinity]) {
    for (const timeout of [asyncio.timeout(none), asyncio.timeoutAt(none), asyncio.moveOnAfter(none)]) {
      assert.equal(await timeout.run(() => asyncio.sleep(1e6, "slept")), "slept")
      assert.equal(timeout.expired(), false)
      assert.equal(timeout.when(), none ?? null)
    }
  }
})

test("timeout and moveOnAfter need a running loop at the call (R96)", () => {
  assert.ok(thrownBy(() => asyncio.timeout(1)) instanceof asyncio.RuntimeError)
  assert.match(thrownBy(() => asyncio.moveOnAfter(1)).message, /no running event loop/)
})

test("outside a task it cannot be entered (R96)", async () => {
  let timeout: asyncio.Timeout | undefined
  await runVirtual(async () => {
    timeout = asyncio.timeout(1)
  })
  await thrownAs(asyncio.RuntimeError, timeout?.run(() => 1) as PromiseLike<unknown>)
})

virtual("it is entered once, however it ended (R96)", async () => {
  const used = asyncio.timeout(9)
  assert.equal(await used.run(() => 1), 1)
  const error = await thrownAs(asyncio.RuntimeError, used.run(() => assert.fail("the body runs")))
  assert.match(error.message, /this timeout has been used and is finished; make a new one for each run/)
  const expired = asyncio.timeout(1)
  await thrown(expired.run(() => forever()))
  assert.match(String(await thrown(expired.run(() => 1))), /has been used and is expired/)
  const entered = asyncio.timeout(9)
  await entered.run(async () => {
    assert.match(String(await thrown(entered.run(() => 1))), /has been used and is active/)
    const again = entered.run(() => 1)
    await thrown(again)
    assert.match(String(await thrown(again)), /has been used/)
  })
})

virtual("reschedule before, after and while it expires is refused (R96)", async () => {
  const timeout = asyncio.timeout(1)
  assert.match(thrownBy(() => timeout.reschedule(5)).message, /has not been entered; call reschedule from the body/)
  await timeout.run(() => undefined)
  assert.match(thrownBy(() => timeout.reschedule(5)).message, /cannot move the deadline of a timeout that is finished/)
  const expiring = asyncio.timeout(1)
  const seen: string[] = []
  const body = async (): Promise<void> => {
    try {
      await forever()
    } finally {
      seen.push(String(expiring.expired()), thrownBy(() => expiring.reschedule(9)).message)
    }
  }
  await thrownAs(asyncio.TimeoutError, expiring.run(body))
  assert.equal(seen[0], "true")
  assert.match(seen[1] ?? "", /that is expiring/)
  assert.match(thrownBy(() => expiring.reschedule(9)).message, /that is expired/)
})

virtual("expiry is one request to cancel, withdrawn at the end (R97)", async () => {
  const counts: number[] = []
  const body = async (): Promise<void> => {
    try {
      await forever()
    } finally {
      counts.push(me().cancelling())
    }
  }
  await thrown(asyncio.timeout(1).run(body))
  counts.push(me().cancelling())
  assert.deepEqual(counts, [1, 0])
})

virtual("a count that stood before stays, and does not keep TimeoutError away (R97)", async () => {
  const task = asyncio.createTask(async () => {
    await forever().catch(() => undefined)
    assert.equal(me().cancelling(), 1)
    await thrownAs(asyncio.TimeoutError, asyncio.timeout(1).run(() => forever()))
    return me().cancelling()
  })
  await ticks(1)
  task.cancel()
  assert.equal(await task, 1)
})

virtual("a cancellation from outside during the expiry wins (R98)", async () => {
  const timeout = asyncio.timeout(1)
  const task = asyncio.createTask(() => timeout.run(() => slowToDie(3)))
  await asyncio.sleep(2)
  assert.equal(timeout.expired(), true)
  task.cancel("outside")
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
  assert.deepEqual([task.cancelling(), now()], [1, 2000])
})

virtual("a cancellation from outside in the tick of the expiry wins, in both orders (R98)", async () => {
  for (const first of ["cancel", "expire"]) {
    const cancel = (): void => void task.cancel()
    const loop = asyncio.getRunningLoop()
    if (first === "cancel") loop.callLater(1, cancel)
    const task = asyncio.createTask(() => asyncio.timeout(1).run(() => forever()))
    await ticks(1)
    if (first === "expire") loop.callLater(1, cancel)
    await asyncio.sleep(2)
    assert.equal(fate(task), "cancelled")
  }
})

virtual("a cancellation before the deadline is no TimeoutError, and stops the timer", async () => {
  const timeout = asyncio.timeout(2)
  const task = asyncio.createTask(() => timeout.run(() => forever()))
  await asyncio.sleep(1)
  task.cancel()
  await asyncio.sleep(5)
  assert.deepEqual([fate(task), timeout.expired()], ["cancelled", false])
})

virtual("a body that swallows the cancellation goes on: no error, but expired, and later awaits are let alone (R99)", async () => {
  const timeout = asyncio.timeout(1)
  const value = await timeout.run(async () => {
    await forever().catch(() => undefined)
    await asyncio.sleep(5)
    return "went on"
  })
  assert.deepEqual([value, timeout.expired(), me().cancelling(), now()], ["went on", true, 0, 6000])
  await asyncio.sleep(1)
})

virtual("another error that the body throws while it expires passes (R100)", async () => {
  const timeout = asyncio.timeout(1)
  assert.equal(await thrown(timeout.run(() => retort(boom))), boom)
  assert.deepEqual([timeout.expired(), me().cancelling()], [true, 0])
  const group = new asyncio.ExceptionGroup("several", [boom, new TypeError("type")])
  assert.equal(await thrown(asyncio.timeout(1).run(() => retort(group))), group)
})

virtual("an error of the body before the deadline passes as it is", async () => {
  const timeout = asyncio.timeout(1)
  assert.equal(await thrown(timeout.run(() => Promise.reject(boom))), boom)
  assert.equal(timeout.expired(), false)
  const sync = (): never => {
    throw boom
  }
  assert.equal(await thrown(asyncio.timeout(1).run(sync)), boom)
})

virtual("a cancellation in one of JavaScript's disguises is converted as well", async () => {
  const body = (): Promise<unknown> => Promise.any([forever(), asyncio.sleep(9)])
  assert.ok((await thrown(asyncio.timeout(1).run(body))) instanceof asyncio.TimeoutError)
})

virtual("a CancelledError that the body throws by itself is no TimeoutError", async () => {
  const own = new asyncio.CancelledError("mine")
  const task = asyncio.createTask(() => asyncio.timeout(1).run(() => Promise.reject(own)))
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
})

virtual("nested, the inner expiry is thrown at the inner block alone (R101)", async () => {
  const outer = asyncio.timeout(3)
  const inner = asyncio.timeout(1)
  await outer.run(async () => {
    await thrownAs(asyncio.TimeoutError, inner.run(() => forever()))
    await asyncio.sleep(1)
  })
  assert.deepEqual([outer.expired(), inner.expired()], [false, true])
})

virtual("nested, the outer expiry passes the inner block as CancelledError (R101)", async () => {
  const outer = asyncio.timeout(1)
  const inner = asyncio.timeout(3)
  let within: unknown
  const body = async (): Promise<void> => {
    within = await thrown(inner.run(() => forever()))
    throw within
  }
  await thrownAs(asyncio.TimeoutError, outer.run(body))
  assert.ok(within instanceof asyncio.CancelledError)
  assert.deepEqual([outer.expired(), inner.expired()], [true, false])
})

virtual("nested, both due at one instant: the outer throws TimeoutError, both are expired, the count is 0 (R102)", async () => {
  for (const order of ["outer first", "inner first"]) {
    const at = asyncio.getRunningLoop().time() + 1
    const outer = asyncio.timeoutAt(order === "outer first" ? at : null)
    const inner = asyncio.timeoutAt(at)
    let within: unknown
    const body = async (): Promise<void> => {
      const running = inner.run(async () => {
        if (order === "inner first") outer.reschedule(at)
        return forever()
      })
      within = await thrown(running)
      throw within
    }
    await thrownAs(asyncio.TimeoutError, outer.run(body))
    assert.ok(within instanceof asyncio.CancelledError, order)
    assert.deepEqual([outer.expired(), inner.expired(), me().cancelling()], [true, true, 0])
  }
})

virtual("nested, both passed while the loop was busy: the outer throws TimeoutError (R102)", async () => {
  const outer = asyncio.timeout(0.001)
  const inner = asyncio.timeout(0.002)
  const body = (): asyncio.Coroutine<never> =>
    inner.run(async () => {
      // Both are due before the loop looks again.
      asyncio.getRunningLoop().callAt(0.001, () => undefined)
      return forever()
    })
  await thrownAs(asyncio.TimeoutError, outer.run(body))
  assert.equal(me().cancelling(), 0)
})

for (const delay of [0, -1, -Infinity]) {
  virtual(`a deadline of ${delay} s from now: the body runs up to its first wait, which is cancelled (R103)`, async () => {
    const log: string[] = []
    const timeout = asyncio.timeout(delay)
    const body = async (): Promise<void> => {
      log.push("begins")
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      log.push("goes on")
    }
    await thrownAs(asyncio.TimeoutError, timeout.run(body))
    assert.deepEqual([log, timeout.expired(), now()], [["begins"], true, 0])
  })

  virtual(`a deadline of ${delay} s from now: a body that never waits ends well (R103)`, async () => {
    const timeout = asyncio.timeout(delay)
    assert.equal(await timeout.run(async () => "done"), "done")
    assert.equal(timeout.expired(), false)
    await ticks(3)
    assert.equal(me().cancelling(), 0)
  })
}

virtual("reschedule moves the deadline, later and earlier, as often as one likes (R104)", async () => {
  const timeout = asyncio.timeout(10)
  const body = async (t: asyncio.Timeout): Promise<void> => {
    assert.equal(t, timeout)
    t.reschedule(1)
    t.reschedule(20)
    await asyncio.sleep(15)
    t.reschedule(16)
    assert.equal(t.when(), 16)
    await forever()
  }
  await thrownAs(asyncio.TimeoutError, timeout.run(body))
  assert.equal(now(), 16_000)
})

virtual("reschedule(null) disables it, also with undefined (R104)", async () => {
  for (const none of [null, undefined]) {
    const timeout = asyncio.timeout(1)
    await timeout.run(async (t) => {
      t.reschedule(none)
      assert.equal(t.when(), null)
      await asyncio.sleep(100)
    })
    assert.equal(timeout.expired(), false)
  }
})

virtual("rescheduled to a past time it fires with the next iteration (R104)", async () => {
  const timeout = asyncio.timeout(100)
  const body = async (t: asyncio.Timeout): Promise<void> => {
    await asyncio.sleep(5)
    t.reschedule(1)
    await forever()
  }
  await thrownAs(asyncio.TimeoutError, timeout.run(body))
  assert.equal(now(), 5000)
})

virtual("a cancellation that was pending when a timeout of 0 is entered beats it (R106)", async () => {
  for (const delay of [0, 1]) {
    const timeout = asyncio.timeout(delay)
    const task = asyncio.createTask(async () => {
      me().cancel("before")
      await timeout.run(() => forever())
    })
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
  }
})

virtual("a timeout in a group's child is an ordinary failure of that child (R107)", async () => {
  const group = new asyncio.TaskGroup()
  const running = group.run(async (tg) => {
    tg.createTask(() => asyncio.timeout(1).run(() => forever()))
    await forever()
  })
  const error = await thrownAs(asyncio.ExceptionGroup, running)
  assert.equal(error.errors.length, 1)
  assert.ok(error.errors[0] instanceof asyncio.TimeoutError)
})

virtual("a timeout round a group cancels its children and is a bare TimeoutError", async () => {
  let child: asyncio.Task<unknown> | undefined
  const running = asyncio.timeout(1).run(() =>
    new asyncio.TaskGroup().run(async (tg) => {
      child = tg.createTask(forever())
    }),
  )
  await thrownAs(asyncio.TimeoutError, running)
  assert.ok(child?.cancelled())
  assert.equal(me().cancelling(), 0)
})

virtual("a timeout in finally works while the task is being cancelled", async () => {
  const log: string[] = []
  const task = asyncio.createTask(async () => {
    try {
      await forever()
    } finally {
      log.push(String(await thrown(asyncio.timeout(1).run(() => forever()))))
    }
  })
  await ticks(1)
  task.cancel()
  await asyncio.wait([task])
  assert.deepEqual(log, ["TimeoutError: the deadline passed after 1 s; its body was cancelled"])
  assert.deepEqual([fate(task), now()], ["cancelled", 1000])
})

virtual("cancelled in a timeout while an earlier cancellation is being cleaned up, it is cancelled", async () => {
  const task = asyncio.createTask(async () => {
    try {
      await forever()
    } finally {
      await asyncio.timeout(1).run(async () => {
        me().cancel()
        await forever()
      })
    }
  })
  await ticks(1)
  task.cancel()
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
})

virtual("the deadline of one line leaves the other lines of its task alone", async () => {
  const slow = asyncio.sleep(3, "slow")
  const [timedOut, value] = await Promise.all([thrown(asyncio.timeout(1).run(() => forever())), slow])
  assert.ok(timedOut instanceof asyncio.TimeoutError)
  assert.equal(value, "slow")
})

virtual("moveOnAfter gives undefined when the deadline passes, and expired tells", async () => {
  const scope = asyncio.moveOnAfter(1)
  assert.equal(await scope.run(() => asyncio.sleep(5, "never")), undefined)
  assert.deepEqual([scope.expired(), now(), me().cancelling()], [true, 1000, 0])
  const inTime = asyncio.moveOnAfter(1)
  assert.equal(await inTime.run(() => asyncio.sleep(0.5, "in time")), "in time")
  assert.equal(inTime.expired(), false)
})

virtual("moveOnAfter lets other errors and cancellations from outside pass", async () => {
  assert.equal(await thrown(asyncio.moveOnAfter(1).run(() => retort(boom))), boom)
  const task = asyncio.createTask(() => asyncio.moveOnAfter(2).run(() => slowToDie(2)))
  await asyncio.sleep(3)
  task.cancel()
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
})

virtual("run may be the body of a task", async () => {
  const task = asyncio.createTask(asyncio.timeout(1).run(() => forever()))
  await asyncio.wait([task])
  assert.match(fate(task), /failed TimeoutError/)
  const quiet = asyncio.createTask(asyncio.moveOnAfter(1).run(() => forever()))
  assert.equal(await quiet, undefined)
  const cancelled = asyncio.createTask(asyncio.timeout(1).run(() => forever()))
  await ticks(1)
  cancelled.cancel()
  await ticks(2)
  assert.equal(fate(cancelled), "cancelled")
})

virtual("a Timeout made by hand raises", async () => {
  await thrownAs(asyncio.TimeoutError, new asyncio.Timeout(1).run(() => forever()))
})

virtual("the message tells the delay, unless the deadline was moved or is a time of the clock", async () => {
  const messageOf = async (timeout: asyncio.Timeout, moved?: (timeout: asyncio.Timeout) => void): Promise<string> => {
    const running = timeout.run(async () => {
      moved?.(timeout)
      await forever()
    })
    return (await thrownAs(asyncio.TimeoutError, running)).message
  }
  const told = "the deadline passed after 1 s; its body was cancelled"
  const untold = "the deadline passed; its body was cancelled"
  assert.equal(await messageOf(asyncio.timeout(1)), told)
  assert.equal(await messageOf(asyncio.timeout(1), (timeout) => timeout.reschedule(timeout.when())), told)
  assert.equal(await messageOf(asyncio.timeout(1), (timeout) => timeout.reschedule(now() / 1000 + 2)), untold)
  assert.equal(await messageOf(asyncio.timeoutAt(now() / 1000 + 1)), untold)
  assert.equal(await messageOf(asyncio.timeout(null), (timeout) => timeout.reschedule(now() / 1000 + 1)), untold)
})

virtual("what is refused says why: not entered yet, used, or over", async () => {
  const timeout = asyncio.timeout(1)
  const refused = (): string => thrownBy(() => timeout.reschedule(5)).message
  assert.equal(refused(), "this timeout has not been entered; call reschedule from the body given to run(…)")
  const entered = async (): Promise<string> => (await thrownAs(asyncio.RuntimeError, timeout.run(() => 1))).message
  const inside: string[] = []
  await thrownAs(asyncio.TimeoutError, timeout.run(async () => {
    inside.push(await entered())
    try {
      await forever()
    } finally {
      inside.push(refused())
    }
  }))
  assert.deepEqual(inside, ["this timeout has been used and is active; make a new one for each run", "cannot move the deadline of a timeout that is expiring"])
  assert.equal(await entered(), "this timeout has been used and is expired; make a new one for each run")
  const early = asyncio.timeout(1)
  await early.run(() => 1)
  assert.equal(thrownBy(() => early.reschedule(5)).message, "cannot move the deadline of a timeout that is finished")
})

virtual("a timer is set exactly while the body runs and a finite deadline has not passed", async () => {
  const loop = asyncio.getRunningLoop()
  const counts: number[] = []
  const body = async (timeout: asyncio.Timeout): Promise<void> => {
    for (const when of [5, 10, Infinity, null, 5]) {
      timeout.reschedule(when)
      counts.push(loop.timerCount)
    }
  }
  await asyncio.timeout(1).run(body)
  counts.push(loop.timerCount)
  await asyncio.timeout(Infinity).run(() => counts.push(loop.timerCount))
  await asyncio.timeout(null).run(() => counts.push(loop.timerCount))
  assert.deepEqual(counts, [1, 1, 0, 0, 1, 0, 0, 0])
})

virtual("the cancelled body is told that a timeout asked", async () => {
  const running = asyncio.timeout(1).run(() => forever())
  assert.equal(String(running), "<coroutine timeout>")
  const { cause } = await thrownAs(asyncio.TimeoutError, running)
  assert.equal((cause as asyncio.CancelledError).message, "cancelled by a timeout")
})

virtual("wrong times and bodies are refused by name", () => {
  const wrong: [() => unknown, RegExp][] = [
    [() => asyncio.timeout(NaN), /^the delay of timeout is NaN/],
    [() => asyncio.moveOnAfter(NaN), /^the delay of moveOnAfter is NaN/],
    [() => asyncio.timeoutAt(NaN), /^the deadline of timeoutAt is NaN/],
    [() => asyncio.timeout("1" as never), /^the delay of timeout is a number of seconds/],
    [() => asyncio.timeout(1).run(1 as never), /^the body of a timeout is a function, but 1/],
    [() => asyncio.timeout(1).reschedule(NaN), /^the deadline is NaN/],
  ]
  for (const [call, message] of wrong) assert.match(thrownBy(call).message, message)
  assert.deepEqual([asyncio.timeout(undefined).when(), asyncio.timeoutAt(undefined).when(), asyncio.timeoutAt(null).when(), asyncio.moveOnAfter(undefined).when()], [null, null, null, null])
})

virtual("moved to this very moment it fires with the next iteration, in the order of what is called soon", async () => {
  const loop = asyncio.getRunningLoop()
  const log: string[] = []
  await asyncio.sleep(1)
  const running = asyncio.timeout(10).run(async (timeout) => {
    loop.callSoon(() => log.push(`before: ${timeout.expired()}`))
    timeout.reschedule(loop.time())
    loop.callSoon(() => log.push(`after: ${timeout.expired()}`))
    await forever().catch((error: unknown) => {
      log.push("cancelled")
      throw error
    })
  })
  await thrownAs(asyncio.TimeoutError, running)
  assert.deepEqual(log, ["before: false", "after: true", "cancelled"])
  assert.equal(now(), 1000)
})

virtual("where a cancellation beats the deadline, another one that the body throws in its place is converted like any", async () => {
  const task = asyncio.createTask(async () => {
    me().cancel("before")
    const body = async (): Promise<void> => {
      await forever().catch(() => Promise.reject(new asyncio.CancelledError("the body's own")))
    }
    return thrown(asyncio.timeout(0).run(body))
  })
  assert.ok((await task) instanceof asyncio.TimeoutError)
})

virtual("an earlier cancellation that the body keeps and throws once the deadline has passed is converted like any", async () => {
  for (const start of [1, null]) {
    const timeout = asyncio.timeout(start)
    const task = asyncio.createTask(async () => {
      me().cancel("before")
      return thrown(timeout.run(async () => {
        const early = await forever().catch((error: unknown) => error)
        timeout.reschedule(asyncio.getRunningLoop().time() + 1)
        await forever().catch(() => undefined)
        throw early
      }))
    })
    assert.ok((await task) instanceof asyncio.TimeoutError, String(start))
  }
})

virtual("bad input is refused at the call", () => {
  for (const make of [asyncio.timeout, asyncio.timeoutAt, asyncio.moveOnAfter]) {
    assert.ok(thrownBy(() => make(NaN)) instanceof RangeError)
    assert.ok(thrownBy(() => make("1" as never)) instanceof TypeError)
  }
  assert.match(thrownBy(() => asyncio.timeout(1).run(Promise.resolve() as never)).message, /body of a timeout is a function, but a Promise/)
})

virtual("a deadline that is NaN is refused by reschedule, and the old one stays", async () => {
  const timeout = asyncio.timeout(1)
  await thrownAs(
    asyncio.TimeoutError,
    timeout.run(async () => {
      assert.ok(thrownBy(() => timeout.reschedule(NaN)) instanceof RangeError)
      await forever()
    }),
  )
  assert.equal(now(), 1000)
})

/** Nested timeouts and naps, of which the deadlines alone say what must happen. */
async function nest(random: Random, depth: number, deadline: number): Promise<void> {
  const clock = asyncio.getRunningLoop()
  const steps = 1 + random.below(3)
  for (let step = 0; step < steps; step += 1) {
    // No two instants are the same.
    const seconds = (random.below(1000) + 1) / 1000 + random.below(1000) / 1e7
    if (depth === 0 || random.chance(40)) {
      await asyncio.sleep(seconds)
      assert.ok(clock.time() < deadline, "it was cancelled in time")
      continue
    }
    const own = clock.time() + seconds
    const timeout = asyncio.timeout(seconds)
    try {
      await timeout.run(() => nest(random, depth - 1, Math.min(own, deadline)))
      assert.equal(timeout.expired(), false)
    } catch (error) {
      if (error instanceof asyncio.TimeoutError) {
        assert.equal(clock.time(), own)
        assert.equal(timeout.expired(), true)
      } else {
        assert.ok(error instanceof asyncio.CancelledError)
        assert.equal(clock.time(), deadline)
        throw error
      }
    }
    assert.ok(clock.time() < deadline, "it was cancelled in time")
    assert.equal(me().cancelling(), 0)
  }
}

randomVirtual("nested timeouts fire on time, each at its own block, and leave no count", 150, async (random) => {
  await nest(random, 4, Infinity)
  assert.equal(me().cancelling(), 0)
})

virtual("what ends it is called a timeout where the loop's callbacks are shown", async () => {
  const loop = asyncio.getRunningLoop()
  const shown: string[] = []
  const { scheduleAt } = loop
  loop.scheduleAt = (when, callback) => {
    const handle = scheduleAt.call(loop, when, callback)
    shown.push(String(handle))
    return handle
  }
  await asyncio.timeout(2).run(() => asyncio.sleep(1))
  assert.ok(shown.includes("<Handle timeout at 2>"), shown.join())
})
