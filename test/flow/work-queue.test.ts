import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { RateLimiter, WorkQueue, type Job, type WorkQueueOptions } from "asyncio-ts/flow"
import { runVirtual } from "asyncio-ts/testing"
import { randomVirtual } from "../support/random.ts"
import { fate, fates, me, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { virtual, virtualLazyAndEager } from "../support/virtual.ts"

const now = (): number => asyncio.getRunningLoop().time()

/** Notes when each job begins. */
class Log {
  readonly lines: string[] = []

  job(name: string, seconds = 1): () => Promise<string> {
    return async () => {
      this.lines.push(`${name} ${now()}`)
      await asyncio.sleep(seconds)
      return name
    }
  }
}

describe("a work queue", () => {
  virtualLazyAndEager("runs so many jobs at a time, in the order in which they were added", async () => {
    const log = new Log()
    const value = await new WorkQueue({ limit: 2 }).run(async (queue) => {
      for (const name of ["a", "b", "c", "d", "e"]) queue.add(log.job(name))
      assert.deepEqual([queue.size, queue.running], [3, 2])
      return "done"
    })
    assert.deepEqual([value, now(), log.lines], ["done", 3, ["a 0", "b 0", "c 1", "d 1", "e 2"]])
  })

  virtual("gives the outcome of a job to whoever awaits it", async () => {
    await new WorkQueue().run(async (queue) => {
      assert.equal(await queue.add(() => 7), 7)
      assert.equal(await queue.add(asyncio.sleep(1, "slept")), "slept")
      assert.match(String(await thrown(queue.add(async () => Promise.reject(new Error("bad"))))), /bad/)
      assert.deepEqual(await asyncio.gather([1, 2].map((n) => queue.add(() => n))), [1, 2])
      assert.deepEqual(queue.statistics(), { waiting: 0, running: 0, limit: Infinity, paused: false, completed: 4, failed: 1, cancelled: 0 })
    })
  })

  virtual("runs the most urgent first, and the older first of those that are alike", async () => {
    const log = new Log()
    await new WorkQueue({ limit: 1 }).run((queue) => {
      queue.add(log.job("first"))
      for (const [name, priority] of [["b", 0], ["c", -1], ["a", 5], ["b2", 0], ["a2", 5]] as const) queue.add(log.job(name), { priority })
    })
    assert.deepEqual(log.lines, ["first 0", "a 1", "a2 2", "b 3", "b2 4", "c 5"])
  })

  virtual("gives a job that waits another priority", async () => {
    const log = new Log()
    await new WorkQueue({ limit: 1 }).run((queue) => {
      const [running, , c] = ["a", "b", "c", "d"].map((name) => queue.add(log.job(name))) as [Job<string>, Job<string>, Job<string>]
      c.priority = 1
      running.priority = -9
      assert.deepEqual(queue.jobs().map(({ name, state, priority }) => `${name} ${state} ${priority}`), [
        " running -9",
        " waiting 1",
        " waiting 0",
        " waiting 0",
      ])
      assert.throws(() => (c.priority = NaN), RangeError)
    })
    assert.deepEqual(log.lines, ["a 0", "c 1", "b 2", "d 3"])
  })

  virtual("with aging lets nobody wait for ever", async () => {
    for (const aging of [0, 1]) {
      const log = new Log()
      await new WorkQueue({ limit: 1, aging }).run(async (queue) => {
        const began = now()
        queue.add(log.job("running"))
        queue.add(async () => log.lines.push(`old after ${now() - began}`), { priority: -3.5 })
        for (let i = 0; i < 9; i += 1) {
          queue.add(log.job("new"))
          await asyncio.sleep(1)
        }
      })
      // What has waited for 3.5 seconds is as urgent as what has just come.
      assert.equal(log.lines.find((line) => line.startsWith("old")), aging === 0 ? "old after 10" : "old after 5")
    }
  })

  virtual("starts nothing while it is paused, and as many as may once it is resumed", async () => {
    const log = new Log()
    await new WorkQueue({ limit: 2, paused: true }).run(async (queue) => {
      for (const name of ["a", "b", "c", "d"]) queue.add(log.job(name))
      await asyncio.sleep(5)
      assert.deepEqual([log.lines, queue.paused, String(queue)], [[], true, "<WorkQueue [waiting:4, running:0/2, paused]>"])
      queue.resume()
      await asyncio.sleep(0.5)
      queue.pause()
      await queue.onNoneRunning()
      assert.deepEqual([now(), queue.size], [6, 2])
      await asyncio.sleep(4)
      queue.resume()
    })
    assert.deepEqual(log.lines, ["a 5", "b 5", "c 10", "d 10"])
  })

  virtual("its limit can be changed while it runs", async () => {
    const log = new Log()
    await new WorkQueue({ limit: 1 }).run(async (queue) => {
      for (const name of ["a", "b", "c", "d", "e", "f"]) queue.add(log.job(name))
      await asyncio.sleep(0.5)
      queue.limit = 3
      await asyncio.sleep(1)
      queue.limit = 1
      assert.throws(() => (queue.limit = 0), RangeError)
    })
    assert.deepEqual(log.lines, ["a 0", "b 0.5", "c 0.5", "d 1", "e 2", "f 3"])
  })

  virtual("limits jobs in time, each from its start", async () => {
    await new WorkQueue({ limit: 1, timeout: 2 }).run(async (queue) => {
      const jobs = [queue.add(() => asyncio.sleep(5)), queue.add(() => asyncio.sleep(1, "in time")), queue.add(() => asyncio.sleep(5, "patient"), { timeout: null })]
      await asyncio.gather(jobs, { returnExceptions: true })
      assert.match(fates(jobs).join(), /^failed TimeoutError: .*,returned in time,returned patient$/)
    })
    assert.equal(now(), 8)
  })

  virtual("starts jobs no more often than its rate, and chooses the most urgent when one may start", async () => {
    const rate = new RateLimiter(2, 10)
    const log = new Log()
    await asyncio.gather([
      new WorkQueue({ rate }).run(async (queue) => {
        for (const name of ["a", "b", "c", "d"]) queue.add(log.job(name))
        await asyncio.sleep(5)
        queue.add(log.job("urgent"), { priority: 1 })
      }),
      async () => {
        await asyncio.sleep(1)
        await rate.acquire()
        log.lines.push(`other ${now()}`)
      },
    ])
    assert.deepEqual(log.lines, ["a 0", "b 0", "other 10", "urgent 10", "c 20", "d 20"])
  })

  virtual("uses up no start that it is given while it is paused or has nothing to do", async () => {
    const rate = new RateLimiter(1, 10)
    await new WorkQueue({ rate }).run(async (queue) => {
      await queue.add(() => 1)
      const late = queue.add(() => 2)
      const other = asyncio.createTask(async () => {
        await asyncio.sleep(1)
        await rate.acquire()
        return now()
      })
      await asyncio.sleep(5)
      late.cancel()
      assert.equal(await other, 10)
      const last = queue.add(now)
      await asyncio.sleep(5)
      queue.pause()
      await asyncio.sleep(15)
      queue.resume()
      assert.equal(await last, 30)
    })
  })

  virtual("a job that is cancelled while it waits never runs; one that runs is cancelled as a task", async () => {
    const log = new Log()
    await new WorkQueue({ limit: 1 }).run(async (queue) => {
      const [a, b, c] = ["a", "b", "c"].map((name) => queue.add(log.job(name, 10))) as [Job<string>, Job<string>, Job<string>]
      await asyncio.sleep(1)
      assert.equal(b.cancel("not needed"), true)
      assert.deepEqual([fate(b), queue.size], ["cancelled", 1])
      a.cancel("why")
      await ticks(3)
      assert.deepEqual([fate(a), fate(c), a.cancel(), queue.statistics().cancelled], ["cancelled", "pending", false, 2])
      assert.equal((await thrownAs(asyncio.CancelledError, b)).reason, "not needed")
    })
    assert.deepEqual(log.lines, ["a 0", "c 1"])
  })

  virtual("cancelling who awaits a job cancels the job", async () => {
    await new WorkQueue({ limit: 1 }).run(async (queue) => {
      const jobs = [queue.add(() => asyncio.sleep(10)), queue.add(() => asyncio.sleep(10))]
      for (const job of jobs) {
        const waiter = asyncio.createTask(async () => job)
        await ticks(2)
        waiter.cancel()
        await ticks(4)
        assert.deepEqual([fate(waiter), fate(job)], ["cancelled", "cancelled"])
      }
    })
    assert.equal(now(), 0)
  })

  virtual("a signal cancels its jobs, and keeps no listener of those that are done", async () => {
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    Object.assign(signal, {
      addEventListener: (...given: Parameters<typeof add>) => ((listeners += 1), add(...given)),
      removeEventListener: (...given: Parameters<typeof remove>) => ((listeners -= 1), remove(...given)),
    })
    await new WorkQueue({ limit: 1 }).run(async (queue) => {
      await queue.add(() => 1, { signal })
      await ticks(2)
      assert.equal(listeners, 0)
      const jobs = [queue.add(() => asyncio.sleep(10), { signal }), queue.add(() => 2, { signal })]
      await asyncio.sleep(1)
      controller.abort("stop")
      await asyncio.wait(jobs)
      assert.deepEqual(fates([...jobs, queue.add(() => 3, { signal })]), ["cancelled", "cancelled", "cancelled"])
    })
  })

  virtual("clear cancels those that wait, and only those", async () => {
    await new WorkQueue({ limit: 1 }).run(async (queue) => {
      const jobs = [1, 2, 3].map((n) => queue.add(() => asyncio.sleep(1, n)))
      queue.clear()
      assert.deepEqual([queue.size, ...fates(jobs)], [0, "pending", "cancelled", "cancelled"])
      await queue.onIdle()
      assert.deepEqual(fates(jobs), ["returned 1", "cancelled", "cancelled"])
    })
  })

  virtual("jobs run with the context of whoever added them, as it was then", async () => {
    const user = new asyncio.ContextVar<string>("user")
    const seen: string[] = []
    await new WorkQueue({ limit: 1 }).run(async (queue) => {
      for (const name of ["Ann", "Bob"]) {
        const context = asyncio.copyContext()
        context.run(() => {
          user.set(name)
          queue.add(async () => seen.push(user.get()))
          user.set("nobody")
        })
      }
    })
    assert.deepEqual(seen, ["Ann", "Bob"])
  })

  it("takes jobs from callbacks that belong to no loop", async () => {
    let job: Job<number> | undefined
    let tell: (() => void) | undefined
    const outside = new Promise<void>((resolve) => (tell = resolve)).then(() => {
      job = queue.add(() => 5)
    })
    const queue = new WorkQueue()
    const body = async (): Promise<number | undefined> => {
      tell?.()
      await asyncio.wrapFuture(outside)
      return job
    }
    assert.equal(await asyncio.run(queue.run(body)), 5)
  })
})

describe("the end of a work queue", () => {
  virtual("comes when every job has ended, also those that jobs add", async () => {
    const log = new Log()
    await new WorkQueue({ limit: 1 }).run((queue) => {
      const grow = (depth: number) => async (): Promise<void> => {
        await asyncio.sleep(1)
        log.lines.push(`${depth}`)
        if (depth < 3) queue.add(grow(depth + 1))
      }
      queue.add(grow(1))
    })
    assert.deepEqual(log.lines, ["1", "2", "3"])
  })

  virtual("waits for what is added in the tick in which the last job ends", async () => {
    let last: Job<unknown> | undefined
    await new WorkQueue({ limit: 1 }).run((queue) => {
      const first = queue.add(() => asyncio.sleep(1))
      asyncio.createTask(async () => {
        await first
        void queue.add(() => asyncio.sleep(1))
        last = queue.add(() => asyncio.sleep(1, "last"))
      })
    })
    assert.equal(last?.result(), "last")
  })

  virtual("cancels and awaits all jobs when the body fails", async () => {
    const ended: string[] = []
    const jobs: Job<unknown>[] = []
    const work = async (): Promise<void> => {
      try {
        await asyncio.sleep(100)
      } finally {
        await asyncio.sleep(1)
        ended.push(`ended ${now()}`)
      }
    }
    const error = await thrownAs(
      asyncio.ExceptionGroup,
      new WorkQueue({ limit: 2 }).run(async (queue) => {
        for (let i = 0; i < 4; i += 1) jobs.push(queue.add(work))
        await asyncio.sleep(2)
        throw new Error("body")
      }),
    )
    assert.deepEqual(error.errors.map(String), ["Error: body"])
    assert.deepEqual([ended, fates(jobs)], [["ended 3", "ended 3"], Array(4).fill("cancelled")])
    assert.equal(asyncio.allTasks().size, 1)
  })

  for (const paused of [false, true]) {
    virtual(`leaves nothing when its task is cancelled at any moment${paused ? " while it is paused" : ""}`, async () => {
      for (const rate of [undefined, new RateLimiter(3, 1)]) {
        for (let at = 0; at < 8; at += 0.5) {
          const queue = new WorkQueue({ limit: 2, rate, paused })
          const jobs: Job<unknown>[] = []
          const task = asyncio.createTask(
            queue.run(async () => {
              for (let i = 0; i < 8; i += 1) {
                jobs.push(queue.add(() => asyncio.sleep(i % 3)))
                if (i % 4 === 0) await asyncio.sleep(1)
              }
            }),
          )
          await asyncio.sleep(at)
          const asked = task.cancel("why")
          await asyncio.wait([task])
          assert.equal(task.cancelled(), asked)
          await ticks(2)
          const { waiting, running, completed, failed, cancelled } = queue.statistics()
          assert.deepEqual([waiting, running, failed, completed + cancelled], [0, 0, 0, jobs.length], `cancelled after ${at}`)
          assert.ok(jobs.every((job) => job.done()))
          assert.equal(asyncio.allTasks().size, 1)
          await asyncio.sleep(1)
          assert.equal(rate?.statistics().free ?? 3, 3)
        }
      }
    })
  }

  virtual("a body that hangs at a foreign promise does not keep it from ending", async (told) => {
    const jobs: Job<unknown>[] = []
    let letGo: ((value: unknown) => void) | undefined
    const foreign = new Promise((resolve) => (letGo = resolve))
    const task = asyncio.createTask(
      new WorkQueue({ limit: 1 }).run(async (queue) => {
        jobs.push(queue.add(() => asyncio.sleep(1)), queue.add(() => asyncio.sleep(1)))
        await foreign
      }),
    )
    await ticks(3)
    task.cancel()
    await asyncio.wait([task])
    assert.deepEqual([task.cancelled(), ...fates(jobs)], [true, "cancelled", "cancelled"])
    letGo?.(1)
    await ticks(2)
    told.reports.length = 0
  })

  virtual("a failure that nobody takes is reported as that of a task, and the others go on", async (told) => {
    const log = new Log()
    await new WorkQueue({ limit: 1 }).run((queue) => {
      queue.add(async () => Promise.reject(new Error("lost")))
      queue.add(log.job("b", 5))
    })
    assert.deepEqual(log.lines, ["b 0"])
    assert.match(String(told.report(/Job exception was never retrieved/).exception), /lost/)
  })

  virtual("with stopOnError the first failure cancels the jobs and the body, and run throws it", async () => {
    const jobs: Job<unknown>[] = []
    let bodyEnded = -1
    const error = await thrownAs(
      asyncio.ExceptionGroup,
      new WorkQueue({ limit: 2, stopOnError: true }).run(async (queue) => {
        jobs.push(queue.add(() => asyncio.sleep(10)))
        jobs.push(queue.add(async () => asyncio.sleep(1).then(() => Promise.reject(new Error("first")))))
        jobs.push(queue.add(() => asyncio.sleep(10)))
        try {
          await asyncio.sleep(100)
        } finally {
          bodyEnded = now()
        }
      }),
    )
    assert.deepEqual(error.errors.map(String), ["Error: first"])
    assert.deepEqual([bodyEnded, now(), ...fates(jobs)], [1, 1, "cancelled", "failed Error: first", "cancelled"])
    assert.equal(me().cancelling(), 0)
  })

  it("a job that hangs at a foreign promise is left behind when it is cancelled, and its late failure ends nothing", async () => {
    const reports: unknown[] = []
    const log: string[] = []
    await asyncio.run(async () => {
      asyncio.getRunningLoop().setExceptionHandler((_loop, { exception }) => reports.push(exception))
      await new WorkQueue({ limit: 1, stopOnError: true }).run(async (queue) => {
        const { promise, reject } = Promise.withResolvers<void>()
        const stuck = queue.add(async () => promise)
        await ticks(3)
        stuck.cancel()
        assert.ok((await thrown(stuck)) instanceof asyncio.CancelledError)
        reject(new Error("late"))
        await asyncio.sleep(0.001)
        log.push(await queue.add(() => "goes on"))
      })
    })
    assert.deepEqual([log, reports.map(String)], [["goes on"], ["Error: late"]])
  })

  virtual("cancel ends it quietly", async () => {
    const jobs: Job<unknown>[] = []
    const value = await new WorkQueue({ limit: 1 }).run(async (queue) => {
      for (let i = 0; i < 3; i += 1) jobs.push(queue.add(() => asyncio.sleep(10)))
      await asyncio.sleep(1)
      queue.cancel()
      assert.match(thrownBy(() => queue.add(() => 1)).message, /has ended and takes no more jobs/)
      await asyncio.sleep(10)
    })
    assert.deepEqual([value, now(), ...fates(jobs)], [undefined, 1, "cancelled", "cancelled", "cancelled"])
  })

  virtual("takes no jobs before it begins and after it has ended, and is used once", async () => {
    const queue = new WorkQueue()
    assert.match(thrownBy(() => queue.add(asyncio.sleep(1))).message, /takes no jobs yet; add them in the body given to run/)
    await queue.run(() => undefined)
    assert.match(thrownBy(() => queue.add(asyncio.sleep(1))).message, /has ended and takes no more jobs; make a new one/)
    assert.match(String(await thrown(queue.run(() => undefined))), /has been used; make a new one for each run/)
  })

  virtual("coroutines that are never run are not told to be forgotten", async () => {
    await new WorkQueue({ limit: 1 }).run((queue) => {
      queue.add(() => asyncio.sleep(1))
      for (let i = 0; i < 3; i += 1) queue.add(asyncio.sleep(1))
      queue.clear()
    })
  })
})

describe("waiting for a work queue", () => {
  virtual("tells when nothing waits, nothing runs, or both", async () => {
    const told: string[] = []
    await new WorkQueue({ limit: 1 }).run(async (queue) => {
      await asyncio.gather([queue.onEmpty(), queue.onIdle(), queue.onNoneRunning()])
      for (let i = 0; i < 3; i += 1) queue.add(() => asyncio.sleep(1))
      await asyncio.gather([
        async () => told.push(`empty ${(await queue.onEmpty(), now())}`),
        async () => told.push(`idle ${(await queue.onIdle(), now())}`),
        async () => told.push(`none running ${(await queue.onNoneRunning(), now())}`),
      ])
    })
    assert.deepEqual(told.toSorted(), ["empty 2", "idle 3", "none running 3"])
  })

  virtual("those who wait for room find it when they go on, one after the other", async () => {
    const sizes: number[] = []
    await new WorkQueue({ limit: 2 }).run((queue) =>
      asyncio.gather(
        Array.from({ length: 4 }, () => async () => {
          for (let i = 0; i < 5; i += 1) {
            await queue.onSizeLessThan(3)
            sizes.push(queue.size)
            queue.add(() => asyncio.sleep(1))
          }
        }),
      ),
    )
    assert.equal(sizes.length, 20)
    assert.ok(Math.max(...sizes) < 3, sizes.join())
    assert.equal(now(), 10)
  })

  virtual("who gives up the wait for room passes it on", async () => {
    await new WorkQueue({ limit: 1 }).run(async (queue) => {
      const jobs = [1, 2, 3].map(() => queue.add(() => asyncio.sleep(1)))
      const [first, second] = [1, 2].map(() => asyncio.createTask(() => queue.onSizeLessThan(2))) as [asyncio.Task<void>, asyncio.Task<void>]
      await ticks(2)
      jobs[1]?.cancel() // makes room, which the first is woken for
      first.cancel()
      await ticks(4)
      assert.deepEqual(fates([first, second]), ["cancelled", "returned undefined"])
    })
  })
})

/** What each job does, and when it comes. */
interface Plan {
  readonly at: number
  readonly priority: number
  readonly seconds: number
}

/** When each job begins, by definition: whenever one may start, the most urgent of those that wait, then the oldest. */
function byDefinition(plans: readonly Plan[], limit: number): number[] {
  const begins: number[] = plans.map(() => -1)
  const moments = new Set(plans.map(({ at }) => at))
  while (moments.size > 0) {
    const least = Math.min(...moments)
    moments.delete(least)
    const waits = (index: number): boolean => (plans[index] as Plan).at <= least && begins[index] === -1
    for (;;) {
      const running = plans.filter(({ seconds }, index) => begins[index] !== -1 && (begins[index] as number) + seconds > least).length
      const [next] = [...plans.keys()].filter(waits).sort((a, b) => (plans[b] as Plan).priority - (plans[a] as Plan).priority || a - b)
      if (next === undefined || running >= limit) break
      begins[next] = least
      moments.add(least + (plans[next] as Plan).seconds)
    }
  }
  return begins
}

randomVirtual("jobs begin when the definition says", 100, async (source) => {
  const limit = 1 + source.below(4)
  let at = 0
  // No two events at one moment: their order would be another question.
  const unique = (): number => source.below(1000) / 997 + 0.01
  const plans: Plan[] = Array.from({ length: 25 }, () => ({ at: (at += source.chance(50) ? 0 : unique()), priority: source.below(4), seconds: 3 * unique() }))
  const begins: number[] = []
  await new WorkQueue({ limit }).run(async (queue) => {
    // Those of one moment are added before any of them starts.
    for (const [index, { at, priority, seconds }] of plans.entries()) {
      if (at > now()) {
        queue.resume()
        await asyncio.sleep(at - now())
      }
      queue.pause()
      const work = async (): Promise<void> => {
        begins[index] = now()
        await asyncio.sleep(seconds)
      }
      queue.add(work, { priority })
    }
    queue.resume()
  })
  for (const [index, expected] of byDefinition(plans, limit).entries()) {
    assert.ok(Math.abs((begins[index] as number) - expected) < 1e-9, `job ${index}: ${begins[index]}, not ${expected}`)
  }
})

randomVirtual("whatever is done to it, no job is lost and never too many run", 60, async (source, told) => {
  const rate = source.chance(30) ? new RateLimiter(1 + source.below(4), 1) : undefined
  const queue = new WorkQueue({ limit: 1 + source.below(4), rate, aging: source.below(2) })
  const jobs: Job<unknown>[] = []
  let [ran, most] = [0, queue.limit]
  const work = async (): Promise<void> => {
    ran += 1
    assert.ok(queue.running <= most, `${queue.running} run, ${most} may`)
    await asyncio.sleep(source.below(6) / 4)
    if (source.chance(20)) throw new Error("on purpose")
  }
  await queue.run(async () => {
    for (let i = 0; i < 80; i += 1) {
      const job = jobs.length === 0 ? undefined : source.pick(jobs)
      switch (source.below(10)) {
        case 0:
          job?.cancel()
          break
        case 1:
          if (job !== undefined) job.priority = source.below(5)
          break
        case 2:
          queue.pause()
          break
        case 3:
          queue.limit = 1 + source.below(4)
          // Those that run when it is lowered go on.
          most = Math.max(queue.limit, queue.running)
          break
        case 4:
          if (job !== undefined) await thrown(asyncio.waitFor(job, source.below(4) / 4)).catch(() => undefined)
          break
        case 5:
          if (source.chance(10)) queue.clear()
          break
        case 6:
          await asyncio.sleep(source.below(4) / 4)
          break
        default:
          jobs.push(queue.add(source.chance(70) ? work : asyncio.sleep(0.5), { priority: source.below(5), timeout: source.chance(30) ? 1 : null }))
      }
      if (source.chance(50)) queue.resume()
    }
    queue.resume()
  })
  const { waiting, running, completed, failed, cancelled } = queue.statistics()
  assert.deepEqual([waiting, running, completed + failed + cancelled], [0, 0, jobs.length])
  assert.ok(jobs.every((job) => job.done()))
  assert.ok(ran <= jobs.length)
  assert.equal(asyncio.allTasks().size, 1)
  // Failures that nobody asked for are told of: in time, and at the end.
  for (const job of jobs) if (!job.cancelled()) job.exception()
  told.reports.length = 0
})

it("options that make no sense are refused", async () => {
  const wrong: WorkQueueOptions[] = [{ limit: 0 }, { limit: 1.5 }, { timeout: -1 }, { aging: -1 }, { aging: NaN }, { aging: Infinity }, { rate: 5 as never }]
  for (const options of wrong) assert.throws(() => new WorkQueue(options), /WorkQueue/, JSON.stringify(options))
  await runVirtual(async () => {
    await new WorkQueue({ name: "mail" }).run(async (queue) => {
      assert.equal(String(queue), "<WorkQueue 'mail' [waiting:0, running:0]>")
      assert.throws(() => queue.add(3 as never), /a job is a coroutine or a function, not 3/)
      assert.throws(() => queue.add(() => 1, { priority: NaN }), /the priority of a job/)
      assert.throws(() => queue.add(() => 1, { timeout: -1 }), RangeError)
      assert.throws(() => queue.add(() => 1, { signal: 3 as never }), /^TypeError: the signal of a job is an AbortSignal, but 3 was given/)
      assert.equal(queue.size, 0)
      assert.throws(() => queue.onSizeLessThan(0), RangeError)
      const started = asyncio.sleep(1)
      const task = asyncio.createTask(async () => started)
      await ticks(1)
      assert.throws(() => queue.add(started), /has started already/)
      await task
    })
  })
})

it("100,000 jobs cost no more each than a few, whatever their priorities", async () => {
  const cost = async (count: number): Promise<number> => {
    const began = performance.now()
    await asyncio.run(
      new WorkQueue({ limit: 10 }).run((queue) => {
        for (let i = 0; i < count; i += 1) queue.add(async () => i, { priority: (i * 7919) % 1009 })
      }),
    )
    return (performance.now() - began) / count
  }
  // The slowest of several, since the machine may be busy; with a cost that grows it were fifty times as much.
  const few = Math.max(await cost(2000), await cost(2000), await cost(2000))
  const many = await cost(100_000)
  assert.ok(many < 20 * few, `${few} and ${many} ms each`)
})
