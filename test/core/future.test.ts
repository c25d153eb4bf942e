/** Futures: R44 to R51, and what CPython's own tests of futures promise. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { inspect } from "node:util"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { collect } from "./support/gc.ts"
import { unhandledOf } from "./support/host-events.ts"
import { failureOf, soon, thrownBy, watched } from "./support/watched.ts"

function newFuture<T = unknown>(): asyncio.Future<T> {
  return new asyncio.EventLoop({ clock: new VirtualClock() }).createFuture<T>()
}

describe("a Future", () => {
  // CPython: test_initial_state, test_constructor_positional
  it("is pending at first, and prints as such", () => {
    const future = newFuture()
    assert.deepEqual([future.done(), future.cancelled()], [false, false])
    assert.equal(String(future), "<Future pending>")
    assert.equal(inspect(future), "<Future pending>")
  })

  // CPython: test_future_repr
  it("prints its state and, in short, its outcome", () => {
    const [returned, failed, cancelled] = [newFuture(), newFuture(), newFuture()]
    returned.setResult("secret")
    failed.setException(new Error("x"))
    cancelled.cancel()
    assert.deepEqual([returned, failed, cancelled].map(String), ["<Future finished result=\"secret\">", "<Future finished exception=Error('x')>", "<Future cancelled>"])
    failed.exception()
  })

  // CPython: test_constructor_without_loop, test_constructor_use_running_loop, test_constructor_use_global_loop
  it("belongs to the running loop, or to the one it was given; without either it is refused", async () => {
    assert.throws(() => new asyncio.Future(), asyncio.RuntimeError)
    const { value } = await watched(async () => {
      const own = new asyncio.Future().getLoop() === asyncio.getRunningLoop()
      const other = new asyncio.EventLoop()
      return [own, new asyncio.Future({ loop: other }).getLoop() === other, other.createFuture().getLoop() === other]
    })
    assert.deepEqual(value, [true, true, true])
  })

  // CPython: test_isfuture
  it("is known to isFuture, as tasks are, and promises and coroutines are not", async () => {
    await watched(async () => {
      const coroutine = asyncio.sleep(0)
      assert.ok(asyncio.isFuture(new asyncio.Future()))
      const task = asyncio.createTask(coroutine)
      assert.ok(asyncio.isFuture(task))
      for (const other of [coroutine, Promise.resolve(), null, undefined, 5, {}]) assert.equal(asyncio.isFuture(other), false)
      await task
    })
  })

  // CPython: test_result, test_cancel
  it("R44: takes one outcome: a second one is an InvalidStateError, after a cancellation too", () => {
    const complete: ((future: asyncio.Future<unknown>) => void)[] = [
      (future) => future.setResult(1),
      (future) => future.setException(new Error("x")),
    ]
    for (const first of [...complete, (future: asyncio.Future<unknown>) => void future.cancel()]) {
      for (const second of complete) {
        const future = newFuture()
        first(future)
        const error = thrownBy(() => second(future))
        assert.ok(error instanceof asyncio.InvalidStateError)
        assert.match(error.message, /cannot set (a result|an exception): <Future (finished|cancelled)\b.*> is done/)
        future.cancel()
      }
    }
  })

  // CPython: test_result, test_exception
  it("R45: has no outcome while it is pending: asking is an InvalidStateError that says what to do", () => {
    const future = newFuture()
    for (const ask of [() => future.result(), () => future.exception()]) {
      const error = thrownBy(ask)
      assert.ok(error instanceof asyncio.InvalidStateError)
      assert.match(error.message, /<Future pending> is not done; await it, or ask done\(\) first/)
    }
  })

  it("gives its result, and undefined as its exception", () => {
    const future = newFuture<number>()
    future.setResult(5)
    assert.deepEqual([future.result(), future.exception(), future.done()], [5, undefined, true])
  })

  // CPython: test_exception
  it("throws the very exception it was given, each time", () => {
    const future = newFuture()
    const failure = new RangeError("no")
    future.setException(failure)
    assert.equal(future.exception(), failure)
    assert.equal(thrownBy(() => future.result()), failure)
    assert.equal(thrownBy(() => future.result()), failure)
  })

  // CPython: test_exception_class
  it("R46: instantiates an error class", () => {
    const future = newFuture()
    future.setException(RangeError)
    assert.ok(future.exception() instanceof RangeError)
  })

  // CPython: test_stop_iteration_exception, test_stop_iteration_subclass_exception
  it("R46: guards what the protocol of awaiting uses as a signal: a thenable as a result is refused", async () => {
    await watched(async () => {
      const coroutine = asyncio.sleep(0)
      const others: unknown[] = [Promise.resolve(1), coroutine, new asyncio.Future(), { then() {} }]
      for (const thenable of others) {
        const future = new asyncio.Future<unknown>()
        const error = thrownBy(() => future.setResult(thenable))
        assert.ok(error instanceof TypeError)
        assert.match(error.message, /a result cannot be .*: whoever awaits it would run it unasked/)
        assert.equal(future.done(), false, "a refused result leaves the future pending")
      }
      await coroutine
    })
  })

  it("takes any value that is no thenable, also undefined, null and functions", () => {
    for (const value of [undefined, null, 0, "", () => 1, {}, { then: 5 }, Number.NaN]) {
      const future = newFuture()
      future.setResult(value)
      assert.ok(Object.is(future.result(), value))
    }
  })

  it("that is failed with undefined has failed all the same", () => {
    const future = newFuture()
    future.setException(undefined)
    assert.ok(future.exception() instanceof Error)
    assert.match((future.exception() as Error).message, /undefined/)
  })

  it("keeps a thrown value that is no Error as it is", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => {
        throw "text"
      })
      await asyncio.wait([task])
      return task.exception()
    })
    assert.equal(value, "text")
  })
})

describe("cancel of a Future", () => {
  it("ends it at once, and returns false when it is done", () => {
    const future = newFuture()
    assert.deepEqual([future.cancel("why"), future.cancelled(), future.done(), future.cancel()], [true, true, true, false])
    const done = newFuture()
    done.setResult(1)
    assert.deepEqual([done.cancel(), done.cancelled()], [false, false])
  })

  // CPython: test_future_cancel_message_getter, test_future_cancel_message_setter
  it("gives its message to the first who asks", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future()
      future.cancel("why")
      return ((await failureOf(future)) as asyncio.CancelledError).reason
    })
    assert.equal(value, "why")
  })

  // CPython: test_set_result_unless_cancelled
  it("is told from a result that comes later, by asking first", () => {
    const future = newFuture<number>()
    future.cancel()
    if (!future.cancelled()) future.setResult(1)
    assert.equal(future.cancelled(), true)
  })
})

describe("awaiting a Future", () => {
  // CPython: test_iter, test_yield_from_twice
  it("gives its result, as often as it is awaited", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<number>()
      asyncio.getRunningLoop().callLater(1, () => future.setResult(5))
      return [await future, await future, await Promise.all([future, future])]
    })
    assert.deepEqual(value, [5, 5, [5, 5]])
  })

  it("throws its exception, to all who await it", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<number>()
      const waiters = [1, 2].map(() => asyncio.createTask(async () => (await failureOf(future)).message))
      await asyncio.sleep(0)
      future.setException(new Error("for all"))
      return asyncio.gather(waiters)
    })
    assert.deepEqual(value, ["for all", "for all"])
  })

  it("works with then, catch and finally as with a promise", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const good = new asyncio.Future<number>()
      const bad = new asyncio.Future<number>()
      const derived = [
        good.then((n) => n + 1),
        bad.catch((error: unknown) => (error as Error).message),
        good.finally(() => void log.push("finally")),
      ]
      good.setResult(1)
      bad.setException(new Error("x"))
      return [...(await Promise.all(derived)), ...log]
    })
    assert.deepEqual(value, [2, "x", 1, "finally"])
  })

  it("finally awaits what its callback returns, and passes outcome and errors on", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const future = new asyncio.Future<number>()
      future.setResult(1)
      const cleanUp = async (): Promise<string> => {
        await Promise.resolve()
        log.push("awaited")
        return "ignored"
      }
      const slow = await future.finally(cleanUp)
      const broken = await failureOf(
        future.finally(() => {
          throw new RangeError("from finally")
        }),
      )
      return [slow, ...log, broken.name]
    })
    assert.deepEqual(value, [1, "awaited", "RangeError"])
  })

  it("then always returns a real promise", async () => {
    await watched(async () => {
      const pending = new asyncio.Future<number>()
      const derived = [pending.then(), pending.catch(() => 1), pending.finally()]
      for (const promise of derived) assert.ok(promise instanceof Promise)
      pending.setResult(1)
      assert.deepEqual(await Promise.all(derived), [1, 1, 1])
    })
  })

  it("a derived promise is handled by whoever handles it: no unhandled rejection of an ordinary error", async () => {
    const rejections = await unhandledOf(() =>
      watched(async () => {
        const pending = new asyncio.Future<number>()
        const done = new asyncio.Future<number>()
        done.setException(new Error("done"))
        const handled = [
          pending.then((n) => n).catch((error: Error) => error.message),
          pending.finally(() => undefined).catch((error: Error) => error.message),
          done.then((n) => n).catch((error: Error) => error.message),
          done.finally(() => undefined).catch((error: Error) => error.message),
        ]
        pending.setException(new Error("pending"))
        assert.deepEqual(await Promise.all(handled), ["pending", "pending", "done", "done"])
      }),
    )
    assert.deepEqual(rejections, [])
  })

  it("a derived promise that nobody handles is an unhandled rejection of an ordinary error, as with promises", async () => {
    const failure = new Error("nobody handles it")
    const rejections = await unhandledOf(() =>
      watched(async () => {
        const future = new asyncio.Future<number>()
        void future.then((n) => n)
        future.setException(failure)
        await asyncio.sleep(0)
      }),
    )
    assert.deepEqual(rejections, [failure])
  })

  it("a CancelledError in a derived promise never is one", async () => {
    const rejections = await unhandledOf(() =>
      watched(async () => {
        const future = new asyncio.Future<number>()
        void future.then((n) => n)
        void future.then()
        void future.finally(() => undefined)
        const task = asyncio.createTask(asyncio.sleep(60))
        void task.then()
        void task.finally(() => undefined)
        await asyncio.sleep(0)
        future.cancel()
        task.cancel()
        await asyncio.wait([task])
      }),
    )
    assert.deepEqual(rejections, [])
  })

  it("never keeps a task waiting for a callback that throws", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<number>()
      future.addDoneCallback(() => {
        throw new Error("broken")
      })
      const waiter = asyncio.createTask(async () => future)
      await asyncio.sleep(0)
      future.setResult(3)
      return waiter
    })
    assert.equal(value, 3)
  })
})

describe("done callbacks", () => {
  // CPython: test_callbacks_invoked_on_set_result, test_callbacks_invoked_on_set_exception
  it("are called with the future, once, on result, exception and cancellation", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const futures = [1, 2, 3].map(() => new asyncio.Future<number>())
      const [good, bad, cancelled] = futures
      for (const future of futures) future.addDoneCallback((done) => log.push(`${done === future} ${String(done)}`))
      good?.setResult(1)
      bad?.setException(new Error("x"))
      cancelled?.cancel()
      assert.deepEqual(log, [], "never synchronously")
      await asyncio.sleep(0)
      bad?.exception()
      return log
    })
    assert.deepEqual(value, ["true <Future finished result=1>", "true <Future finished exception=Error('x')>", "true <Future cancelled>"])
  })

  it("added after completion are called through the loop too", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const future = new asyncio.Future<number>()
      future.setResult(1)
      future.addDoneCallback(() => log.push("called"))
      log.push("added")
      await asyncio.sleep(0)
      return log
    })
    assert.deepEqual(value, ["added", "called"])
  })

  // CPython: test_remove_done_callback, test_callbacks_remove_first_callback, test_callbacks_remove_first_and_second_callback, test_callbacks_remove_third_callback
  it("R49: removeDoneCallback removes every equal one and returns how many there were", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const callbacks = ["a", "b", "c"].map((name) => () => void log.push(name))
      const [a, b, c] = callbacks
      assert.ok(a !== undefined && b !== undefined && c !== undefined)
      const future = new asyncio.Future<number>()
      for (const callback of [a, b, a, c, a]) future.addDoneCallback(callback)
      const counts = [future.removeDoneCallback(a), future.removeDoneCallback(a), future.removeDoneCallback(c)]
      future.setResult(1)
      await asyncio.sleep(0)
      return [counts, log, future.removeDoneCallback(b)]
    })
    assert.deepEqual(value, [[3, 0, 1], ["b"], 0])
  })

  it("R49: the only one can be removed, and one that awaits is never taken for it", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const only = (): void => void log.push("only")
      const future = new asyncio.Future<number>()
      future.addDoneCallback(only)
      assert.equal(future.removeDoneCallback(only), 1)
      const waiter = asyncio.createTask(async () => future)
      await asyncio.sleep(0)
      assert.equal(future.removeDoneCallback(only), 0)
      future.setResult(7)
      return [await waiter, log]
    })
    assert.deepEqual(value, [7, []])
  })

  // CPython: test_remove_done_callbacks_list_mutation, test_schedule_callbacks_list_mutation_1, test_schedule_callbacks_list_mutation_2, test_callbacks_copy
  it("may add and remove others while they are called", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const future = new asyncio.Future<number>()
      const late = (): void => void log.push("late")
      const second = (): void => void log.push("second")
      future.addDoneCallback(() => {
        log.push("first")
        future.addDoneCallback(late)
        future.removeDoneCallback(second)
      })
      future.addDoneCallback(second)
      future.setResult(1)
      for (let i = 0; i < 3; i++) await asyncio.sleep(0)
      return log
    })
    // The second one was scheduled with the first: removing comes too late.
    assert.deepEqual(value, ["first", "second", "late"])
  })

  // CPython: test_remove_done_callbacks_list_clear, test_evil_call_soon_list_mutation
  it("may all be removed by the first of them that is called: those that were told are called all the same", async () => {
    const { value } = await watched(async () => {
      const log: string[] = []
      const future = new asyncio.Future<number>()
      const callbacks = ["b", "c"].map((name) => () => void log.push(name))
      future.addDoneCallback(() => {
        log.push("a")
        for (const callback of callbacks) future.removeDoneCallback(callback)
      })
      for (const callback of callbacks) future.addDoneCallback(callback)
      future.setResult(1)
      await asyncio.sleep(0)
      return log
    })
    assert.deepEqual(value, ["a", "b", "c"])
  })

  it("that are no functions are refused", () => {
    const future = newFuture()
    for (const bad of [5, null, undefined, {}]) {
      assert.throws(() => future.addDoneCallback(bad as never), /TypeError|a done callback is a function/)
    }
  })

  it("R48: run in the context of their registration, not of the completion", async () => {
    const variable = new asyncio.ContextVar<string>("variable")
    const { value } = await watched(async () => {
      const log: string[] = []
      const future = new asyncio.Future<number>()
      variable.set("registered")
      future.addDoneCallback(() => log.push(variable.get()))
      variable.set("later")
      const given = asyncio.copyContext()
      given.run(() => variable.set("given"))
      future.addDoneCallback(() => log.push(variable.get()), { context: given })
      await asyncio.createTask(async () => {
        variable.set("completed")
        future.setResult(1)
      })
      await asyncio.sleep(0)
      return log
    })
    assert.deepEqual(value, ["registered", "given"])
  })
})

describe("ensureFuture", () => {
  // CPython: test_ensure_future_coroutine, test_ensure_future_future, test_ensure_future_task, test_ensure_future_awaitable, test_ensure_future (DuckTests), test_ensure_future_task_awaitable
  it("R50: gives futures and tasks as they are, makes tasks of coroutines and functions, wraps promises", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<number>()
      const task = asyncio.createTask(async () => 1)
      const same = [asyncio.ensureFuture(future) === future, asyncio.ensureFuture(task) === task]
      const made = asyncio.ensureFuture(asyncio.sleep(0, "coroutine"))
      const called = asyncio.ensureFuture(async () => "function")
      const wrapped = asyncio.ensureFuture(Promise.resolve("promise"))
      future.cancel()
      return [
        ...same,
        made instanceof asyncio.Task,
        called instanceof asyncio.Task,
        wrapped instanceof asyncio.Task,
        ...(await asyncio.gather([made, called, wrapped])),
      ]
    })
    assert.deepEqual(value, [true, true, true, true, false, "coroutine", "function", "promise"])
  })

  // CPython: test_ensure_future_neither, test_ensure_future_error_msg
  it("refuses what cannot be awaited, and futures of another loop", async () => {
    const other = newFuture()
    await watched(async () => {
      for (const bad of [5, null, undefined, "text", {}]) {
        assert.throws(() => asyncio.ensureFuture(bad as never), TypeError)
      }
      assert.throws(() => asyncio.ensureFuture(other), asyncio.RuntimeError)
    })
  })
})

describe("a Task as a Future", () => {
  // CPython: test_set_result_causes_invalid_state, test_set_exception_causes_invalid_state, test_task_set_methods
  it("R51: refuses setResult and setException", async () => {
    const { value } = await watched(async () => {
      const task = asyncio.createTask(async () => 1)
      const errors = [thrownBy(() => task.setResult(2)), thrownBy(() => task.setException(new Error("x")))]
      return [errors.every((error) => error instanceof asyncio.RuntimeError), errors[0]?.message, await task]
    })
    assert.equal(value[0], true)
    assert.match(String(value[1]), /gets its result from its coroutine; use a Future/)
    assert.equal(value[2], 1)
  })
})

describe("a Future that is done", () => {
  // CPython: test_future_cancelled_result_refcycles, test_future_cancelled_exception_refcycles, test_future_del_collect
  it("holds neither its callbacks nor those who awaited it", async () => {
    await watched(async () => {
      const futures = [1, 2, 3].map(() => new asyncio.Future<number>())
      const listen = (future: asyncio.Future<number>): WeakRef<object> => {
        const captured = { big: true }
        future.addDoneCallback(() => void captured)
        return new WeakRef(captured)
      }
      const references = futures.map(listen)
      futures[0]?.setResult(1)
      futures[1]?.setException(new Error("x"))
      futures[2]?.cancel()
      await asyncio.sleep(0)
      futures[1]?.exception()
      await asyncio.sleep(0)
      await collect()
      assert.deepEqual(references.map((reference) => reference.deref()), [undefined, undefined, undefined])
      assert.equal(futures.length, 3)
    })
  })

  // CPython: test_future_traceback
  it("keeps the stack of its exception", async () => {
    const { value } = await watched(async () => {
      const failure = (function source(): Error {
        return new RangeError("with a stack")
      })()
      const future = new asyncio.Future()
      future.setException(failure)
      return (await failureOf(future)).stack ?? ""
    })
    assert.match(value, /at source .*future\.test\.ts/)
  })
})

describe("invariants of a Future", () => {
  const outcomes: Record<string, (future: asyncio.Future<number>) => void> = {
    setResult: (future) => future.setResult(1),
    setException: (future) => future.setException(new Error("x")),
    cancel: (future) => void future.cancel(),
  }

  it("its state leaves pending once, whatever is tried in whatever order", () => {
    const names = Object.keys(outcomes)
    for (const first of names) {
      const future = newFuture<number>()
      outcomes[first]?.(future)
      const state = String(future)
      for (const later of [...names, ...names]) {
        try {
          outcomes[later]?.(future)
        } catch (error) {
          assert.ok(error instanceof asyncio.InvalidStateError)
        }
        assert.equal(String(future), state)
      }
      future.cancel()
    }
  })

  it("each listener is told exactly once, in the order of registration, whatever kind it is", async () => {
    const order: string[] = []
    await watched(async () => {
      const future = new asyncio.Future<number>()
      const tasks: asyncio.Task<void>[] = []
      for (let i = 0; i < 20; i++) {
        if (i % 2 === 0) future.addDoneCallback(() => order.push(`${i}`))
        else {
          tasks.push(
            asyncio.createTask(async () => {
              await future
              order.push(`${i}`)
            }, { eagerStart: true }),
          )
          // The await is registered in a microtask.
          await Promise.resolve()
          await Promise.resolve()
          await Promise.resolve()
        }
      }
      future.setResult(1)
      await asyncio.wait(tasks)
    })
    assert.deepEqual(order, Array.from({ length: 20 }, (_, i) => `${i}`))
  })

  it("a thousand who await one future all get it", async () => {
    const { value } = await watched(async () => {
      const future = new asyncio.Future<number>()
      const tasks = Array.from({ length: 1000 }, () => asyncio.createTask(async () => future))
      await asyncio.sleep(0)
      future.setResult(1)
      const results: number[] = await asyncio.gather(tasks)
      return results.reduce((sum, n) => sum + n, 0)
    })
    assert.equal(value, 1000)
  })
})

describe("wrapFuture and futures of other loops", () => {
  it("a result of one loop can be handed to another through a promise", async () => {
    const value = await soon(
      asyncio.run(async () => {
        const other = asyncio.bind(() => asyncio.run(async () => asyncio.sleep(0.001, "from the other loop")))
        return asyncio.wrapFuture(other())
      }),
    )
    assert.equal(value, "from the other loop")
  })
})
