import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { choice, explore, ExplorationFailure, fault, maybe, runVirtual, type ExploreOptions, type RunReport } from "asyncio-ts/testing"
import { thrown, thrownAs } from "../../support/record.ts"

const search = (program: () => unknown, options: ExploreOptions = {}): Promise<ExplorationFailure> =>
  thrownAs(ExplorationFailure, explore(program, options))

/** Tasks of these names that note it at each of so many steps. */
function walkers(log: string[], names: string, steps: number): asyncio.Task<void>[] {
  return Array.from(names, (name) => asyncio.createTask(async () => {
    for (let i = 0; i < steps; i += 1) {
      log.push(name)
      await asyncio.sleep(0)
    }
  }, { name }))
}

/** All that `program` wrote in any run. */
async function traces(program: (log: string[]) => Promise<void>, options: ExploreOptions = {}): Promise<Set<string>> {
  const seen = new Set<string>()
  await explore(async () => {
    const log: string[] = []
    await program(log)
    seen.add(log.join(""))
  }, options)
  return seen
}

describe("explore", () => {
  it("runs the usual order first, which is that of runVirtual", async () => {
    const logs: string[] = []
    const program = async (): Promise<void> => {
      const log: string[] = []
      const tasks = walkers(log, "abc", 3)
      asyncio.getRunningLoop().callLater(1, () => log.push("timer"))
      await asyncio.gather(tasks)
      await asyncio.sleep(2)
      logs.push(log.join(""))
    }
    await runVirtual(program)
    await explore(program, { runs: 0, cancellations: 1 })
    assert.equal(logs[1], logs[0])
  })

  it("gives the same runs for the same seed, on every host", async () => {
    const runs = async (): Promise<RunReport[]> => {
      const reports: RunReport[] = []
      const program = async (): Promise<void> => {
        await asyncio.wait(walkers([], "abc", 2))
      }
      await explore(program, { runs: 3, seed: 7, cancellations: 1, onRun: (run) => reports.push(run) })
      return reports
    }
    const first = await runs()
    assert.deepEqual(await runs(), first)
    assert.deepEqual(first.map(({ seed, schedule }) => [seed, schedule]), [[undefined, "s1:"], [7, "s1:3"], [8, "s1:6-3"], [9, "s1:2"]])
  })

  it("counts what it did", async () => {
    const report = await explore(() => asyncio.wait(walkers([], "ab", 1)), { runs: 20 })
    assert.equal(report.runs, 21)
    assert.equal(report.complete, false)
    assert.match(String(report), /^\d different schedules in 21 runs, \d+ runs a second; none failed$/)
  })

  it("ends at once if nothing can be chosen, and then knows all", async () => {
    const report = await explore(() => asyncio.sleep(1))
    assert.deepEqual([report.runs, report.complete], [1, true])
  })

  it("begins no run after its timeout", async () => {
    const report = await explore(() => asyncio.wait(walkers([], "ab", 1)), { runs: 1_000_000, timeout: 0 })
    assert.equal(report.runs, 1)
  })
})

describe("an exhaustive exploration", () => {
  it("runs each order of the tasks of an iteration once", async () => {
    const seen = await traces(async (log) => void (await asyncio.wait(walkers(log, "abc", 1))), { strategy: "exhaustive" })
    assert.deepEqual([...seen].sort(), ["abc", "acb", "bac", "bca", "cab", "cba"])
  })

  it("runs each interleaving once if tasks may be passed over", async () => {
    let runs = 0
    const seen = await traces(async (log) => {
      runs += 1
      const [a, b] = walkers(log, "ab", 4)
      await a
      await b
    }, { strategy: "exhaustive", order: "any" })
    assert.equal(seen.size, 70, "8 over 4")
    assert.ok(runs >= 70)
  })

  it("says whether it saw all, or stopped at its limit", async () => {
    const program = async (): Promise<void> => {
      for (let i = 0; i < 3; i += 1) await asyncio.wait(walkers([], "abc", 2))
    }
    const all = await explore(program, { strategy: "exhaustive" })
    assert.deepEqual([all.complete, all.runs, all.schedules], [true, 6 ** 3, 6 ** 3])
    const some = await explore(program, { strategy: "exhaustive", runs: 10 })
    assert.deepEqual([some.complete, some.runs], [false, 11])
  })

  it("cancels each task at each of its awaits", async () => {
    const seen = await traces(async (log) => {
      const task = asyncio.createTask(async () => {
        try {
          log.push("1")
          await asyncio.sleep(1)
          log.push("2")
          await asyncio.sleep(1)
          log.push("3")
        } catch (error) {
          log.push("x")
          throw error
        }
      })
      await asyncio.wait([task])
    }, { strategy: "exhaustive", cancellations: 1 })
    assert.deepEqual([...seen].sort(), ["", "123", "12x", "1x"])
  })
})

describe("what an exploration never does", () => {
  const everywhere: ExploreOptions = { strategy: "exhaustive", runs: 5000 }

  it("is to change the order of callbacks", async () => {
    const seen = await traces(async (log) => {
      const loop = asyncio.getRunningLoop()
      for (const name of "123") loop.callSoon(() => log.push(name))
      loop.callLater(1, () => log.push("4"))
      loop.callLater(1, () => log.push("5"))
      await asyncio.sleep(2)
    }, everywhere)
    assert.deepEqual([...seen], ["12345"])
  })

  it("is to let sleep(0) pass over a task that is ready", async () => {
    await explore(async () => {
      let ran = false
      const task = asyncio.createTask(async () => void (ran = true))
      await asyncio.sleep(0)
      assert.ok(ran)
      await task
    }, everywhere)
  })

  it("is to wake a later waiter before an earlier one", async () => {
    const seen = await traces(async (log) => {
      const lock = new asyncio.Lock()
      await lock.acquire()
      const tasks: asyncio.Task<unknown>[] = []
      for (const name of "abc") {
        tasks.push(asyncio.createTask(() => lock.run(async () => void log.push(name))))
        await asyncio.sleep(0)
      }
      lock.release()
      await asyncio.wait(tasks)
    }, everywhere)
    assert.deepEqual([...seen], ["abc"])
  })

  it("is to run timers in another order than time's, without jitter", async () => {
    const program = async (log: string[]): Promise<void> => {
      const nap = (name: string, seconds: number) => async (): Promise<void> => {
        await asyncio.sleep(seconds)
        log.push(name)
      }
      await asyncio.gather([nap("a", 0.1), nap("b", 0.11)])
    }
    assert.deepEqual([...(await traces(program, everywhere))], ["ab"])
    assert.deepEqual([...(await traces(program, { ...everywhere, jitter: 0.005 }))], ["ab"])
    assert.deepEqual([...(await traces(program, { ...everywhere, jitter: 0.02 }))].sort(), ["ab", "ba"])
  })
})

describe("a run fails", () => {
  it("if the program throws; the cause is what it threw", async () => {
    const error = new RangeError("too far")
    const found = await search(() => Promise.reject(error))
    assert.deepEqual([found.kind, found.cause, found.schedule, found.runs], ["error", error, "s1:", 1])
  })

  it("if it stands still, with what each task waits for", async () => {
    const found = await search(() => new asyncio.Event().wait())
    assert.equal(found.kind, "deadlock")
    assert.ok(found.cause instanceof asyncio.DeadlockError)
    assert.match(found.message, /main waits for Event\.wait/)
  })

  it("if it leaves a task behind, unless that is allowed", async () => {
    const program = async (): Promise<void> => void asyncio.createTask(() => asyncio.sleep(9), { name: "heartbeat" })
    const found = await search(program)
    assert.equal(found.kind, "left behind")
    assert.match(found.message, /'heartbeat'/)
    assert.equal((await explore(program, { leaks: false })).runs, 1)
  })

  it("if an error of a task is never retrieved", async () => {
    const found = await search(async () => {
      const task = asyncio.createTask(() => Promise.reject(new RangeError("lost")))
      await asyncio.wait([task])
    })
    assert.equal(found.kind, "unhandled")
    assert.match(String(found.cause), /lost/)
  })

  it("if it takes too many steps, or too long", async () => {
    const spin = async (): Promise<never> => {
      for (;;) await asyncio.sleep(0)
    }
    const steps = await search(spin, { limits: { steps: 500 } })
    assert.deepEqual([steps.kind, /after 500 steps/.test(steps.message)], ["endless", true])
    assert.match(steps.story, /… \d+ earlier steps/)
    const wait = async (): Promise<never> => {
      for (;;) await asyncio.sleep(60)
    }
    const seconds = await search(wait, { limits: { seconds: 3600 } })
    assert.deepEqual([seconds.kind, /after 3600 seconds of its clock/.test(seconds.message)], ["endless", true])
  })

  // In real time, which is what it waits for.
  it("if it waits for something of the host's", async () => {
    const timers: NodeJS.Timeout[] = []
    const found = await search(() => new Promise((resolve) => timers.push(setTimeout(resolve, 60_000))))
    for (const timer of timers) clearTimeout(timer)
    assert.equal(found.kind, "foreign")
    assert.match(found.message, /not on its virtual clock/)
  })

  it("also within a program that runs itself", async () => {
    const found = await runVirtual(() => search(() => Promise.reject(new RangeError("inner"))))
    assert.match(String(found.cause), /inner/)
  })

  it("if it ends cancelled though nobody was", async () => {
    const found = await search(() => Promise.reject(new asyncio.CancelledError("no reason")))
    assert.equal(found.kind, "error")
  })

  it("and not if explore has cancelled what it awaited", async () => {
    const report = await explore(async () => {
      await asyncio.createTask(() => asyncio.sleep(1))
    }, { strategy: "exhaustive", cancellations: 1 })
    assert.ok(report.complete)
  })

  it("and if the same schedule passes then, it says that the program depends on something else", async () => {
    let runs = 0
    const found = await search(async () => {
      runs += 1
      await asyncio.wait(walkers([], "ab", 1))
      assert.notEqual(runs, 3)
    })
    assert.match(found.message, /does not fail again: the program depends on something else/)
  })
})

describe("a replay", () => {
  const racing = async (): Promise<void> => {
    const log: string[] = []
    await asyncio.gather(walkers(log, "abc", 1))
    assert.notEqual(log.join(""), "cba")
  }

  it("fails as the run did, and runs nothing else", async () => {
    const { schedule } = await search(racing)
    assert.equal(schedule, "s1:0-2.0")
    const again = await search(racing, { replay: schedule })
    assert.deepEqual([again.schedule, again.runs, again.shrinks], [schedule, 1, 0])
  })

  it("passes for a schedule that does not fail", async () => {
    assert.equal((await explore(racing, { replay: "s1:1" })).runs, 1)
  })

  it("of a schedule that does not fit the program is an error that says where", async () => {
    const tooHigh = await thrownAs(asyncio.RuntimeError, explore(racing, { replay: "s1:0-7" }))
    assert.match(tooHigh.message, /s1:0-7 does not fit this program: its choice 1 is number 7 of 3 \(whose code goes on\)/)
    const tooLong = await thrownAs(asyncio.RuntimeError, explore(racing, { replay: "s1:40" }))
    assert.match(tooLong.message, /has 41 choices, and the program ended after \d+; .* explore it anew/)
  })

  for (const [text, why] of [
    ["", /begins with "s1:"/],
    ["4.0-2", /begins with "s1:"/],
    ["s0:4", /another version/],
    ["s1:4.x", /"x" should be a number/],
    ["s1:4.", /"" should be a number/],
    ["s1:4-0", /"4-0" should be/],
    ["s1:99999999999", /should be a number/],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, async () => {
      assert.match((await thrownAs(TypeError, explore(racing, { replay: text }))).message, why)
    })
  }
})

describe("cancellations", () => {
  it("reach only the tasks that may be cancelled, and as many as are allowed", async () => {
    const cancelled = new Map<string, number>()
    await explore(async () => {
      const tasks = walkers([], "abc", 2)
      await asyncio.wait(tasks)
      const names = tasks.filter((task) => task.cancelled()).map((task) => task.getName()).join("")
      cancelled.set(names, (cancelled.get(names) ?? 0) + 1)
    }, { cancellations: 2, mayCancel: (task) => task.getName() !== "b", runs: 500 })
    assert.deepEqual([...cancelled.keys()].sort(), ["", "a", "ac", "c"])
  })

  it("reach a task that was woken, before it goes on", async () => {
    const seen = await traces(async (log) => {
      const event = new asyncio.Event()
      const task = asyncio.createTask(async () => {
        await event.wait()
        log.push("went on")
      })
      await asyncio.sleep(0)
      event.set()
      await asyncio.wait([task])
      log.push(task.cancelled() ? " cancelled" : " done")
    }, { strategy: "exhaustive", cancellations: 1 })
    assert.deepEqual([...seen].sort(), [" cancelled", "went on done"])
  })

  it("reach the main task if asked to, which is no failure", async () => {
    let cleanedUp = 0
    await explore(async () => {
      try {
        await asyncio.sleep(1)
      } finally {
        cleanedUp += 1
      }
    }, { strategy: "exhaustive", cancellations: 1, mayCancel: () => true })
    assert.equal(cleanedUp, 3, "of four runs one is cancelled before it starts")
  })
})

describe("choices of the program's own", () => {
  it("are 0, no and nothing outside of explore", async () => {
    assert.deepEqual([choice(3, "which"), maybe("perhaps")], [0, false])
    fault("breaks", () => new Error("broken"))
    await runVirtual(async () => assert.equal(choice(3, "which"), 0))
  })

  it("are all explored, and told", async () => {
    const seen = await traces(async (log) => {
      log.push(String(choice(3, "which")), maybe("perhaps") ? "y" : "n")
    }, { strategy: "exhaustive" })
    assert.deepEqual([...seen].sort(), ["0n", "0y", "1n", "1y", "2n", "2y"])
    const found = await search(async () => {
      await asyncio.sleep(1)
      fault("the server hangs up", () => new Error("hung up"))
    })
    assert.match(found.story, /main {2}goes on, the server hangs up; fails with Error: hung up/)
  })

  it("refuse what cannot be chosen from", async () => {
    await assert.rejects(async () => choice(0, "nothing"), RangeError)
    await assert.rejects(async () => choice(1.5, "parts"), TypeError)
  })
})

describe("options that make no sense", () => {
  for (const [options, error] of [
    [{ runs: -1 }, RangeError],
    [{ runs: 1.5 }, TypeError],
    [{ seed: -1 }, RangeError],
    [{ cancellations: -1 }, RangeError],
    [{ jitter: -1 }, RangeError],
    [{ jitter: Infinity }, RangeError],
    [{ jitter: Number.NaN }, RangeError],
    [{ depth: 0 }, RangeError],
    [{ limits: { steps: 0 } }, RangeError],
    [{ strategy: "clever" as never }, TypeError],
    [{ order: "none" as never }, TypeError],
    [{ mayCancel: "all" as never }, TypeError],
    [{ replay: 7 as never }, TypeError],
  ] as const satisfies [ExploreOptions, unknown][]) {
    it(`are refused: ${JSON.stringify(options)}`, async () => {
      assert.ok((await thrown(explore(() => undefined, options))) instanceof error)
    })
  }

  it("such as a program that is none", async () => {
    assert.ok((await thrown(explore(asyncio.sleep(1) as never))) instanceof TypeError)
  })
})
