import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { Recorder, type Recording } from "asyncio-ts/inspect"
import { replay, runVirtual } from "asyncio-ts/testing"
import { ticking } from "../../core/support/ticking.ts"
import { thrownAs } from "../../support/record.ts"

/** Records a run on virtual time, so that the test does not depend on how fast it is. */
async function record(program: () => unknown, options: { capacity?: number } = {}): Promise<Recording> {
  const recorder = new Recorder(options).start()
  try {
    await runVirtual(async () => program()).catch(() => undefined)
  } finally {
    recorder.stop()
  }
  return JSON.parse(JSON.stringify(recorder.recording())) as Recording // as read from a file
}

/** A program in which each of so many things takes a time of its own. */
type Timed<T> = (delays: readonly number[]) => () => Promise<T>

const race: Timed<string> = (delays) => async () => {
  const order: string[] = []
  await asyncio.gather(delays.map((delay, index) => async () => {
    await asyncio.sleep(delay)
    order.push("abc".charAt(index))
    await asyncio.sleep(delay)
    order.push("ABC".charAt(index))
  }))
  return order.join("")
}

const shared: Timed<string> = (delays) => async () => {
  const log: string[] = []
  const lock = new asyncio.Lock()
  const queue = new asyncio.Queue<string>(1)
  const condition = new asyncio.Condition()
  let ready = 0
  await new asyncio.TaskGroup().run(async (tg) => {
    for (const [index, delay] of delays.entries()) {
      tg.createTask(async () => {
        await asyncio.sleep(delay)
        await lock.run(async () => {
          log.push(`lock ${index}`)
          await asyncio.sleep(delay)
        })
        await queue.put(String(index))
        await condition.run(async () => {
          ready += 1
          condition.notifyAll()
          while (ready < delays.length) await condition.wait()
          log.push(`all ${index}`)
        })
      })
    }
    tg.createTask(async () => {
      for (let i = 0; i < delays.length; i += 1) {
        log.push(`got ${await queue.get()}`)
        await asyncio.sleep(0.01)
      }
    })
  })
  return log.join(", ")
}

describe("replay", () => {
  for (const [name, program] of [["sleeps", race], ["a lock, a queue and a condition", shared]] as const) {
    it(`gives the order of the recorded run, whatever the fakes take: ${name}`, async () => {
      for (const delays of [[0.03, 0.02, 0.01], [0.01, 0.05, 0.02], [0, 0, 0], [0.02, 0.02, 0.01]]) {
        const recording = await record(program(delays))
        const recorded = await runVirtual(program(delays))
        assert.equal(await replay(recording, program(delays)), recorded)
        assert.equal(await replay(recording, program(delays.map((delay) => delay / 10))), recorded)
      }
    })
  }

  it("fails as the recorded run did", async () => {
    const program: Timed<void> = ([first = 0, second = 0]) => async () => {
      let balance = 0
      const add = (delay: number) => async (): Promise<void> => {
        const before = balance
        await asyncio.sleep(delay)
        balance = before + 10
      }
      const one = asyncio.createTask(add(first))
      await asyncio.sleep(second)
      const two = asyncio.createTask(add(0.01))
      await one
      await two
      assert.equal(balance, 20)
    }
    const recording = await record(program([0.05, 0.01]))
    await runVirtual(program([0.001, 0.01]))
    await thrownAs(assert.AssertionError, replay(recording, program([0.001, 0.01])))
  })

  it("lets a limit pass that passed then, though the fake is quick", async () => {
    const program: Timed<string> = ([delay = 0]) => async () => {
      try {
        return await asyncio.waitFor(asyncio.sleep(delay, "page"), 1)
      } catch (error) {
        return error instanceof Error ? error.name : ""
      }
    }
    const recording = await record(program([5]))
    assert.equal(await runVirtual(program([0.1])), "page")
    assert.equal(await replay(recording, program([0.1])), "TimeoutError")
  })

  it("tells the time of the recorded run", async () => {
    const program: Timed<number> = ([delay = 0]) => async () => {
      await asyncio.sleep(delay)
      return asyncio.getRunningLoop().time()
    }
    assert.equal(await replay(await record(program([7])), program([1])), 7)
  })

  it("takes a fake that sleeps for a promise of the host's, and the promise itself", async () => {
    const program = (fetchPage: () => PromiseLike<unknown>) => async (): Promise<string> => {
      const order: string[] = []
      await asyncio.gather([
        async () => {
          await fetchPage()
          order.push("page")
        },
        async () => {
          await asyncio.sleep(0.5)
          order.push("timer")
        },
      ])
      return order.join(" ")
    }
    const host = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    const recording = await record(program(host))
    assert.equal(await replay(recording, program(() => asyncio.sleep(0.1))), "page timer")
    assert.equal(await replay(recording, program(host)), "page timer")
  })

  it("of a run that hung hangs there too, and says so", async () => {
    const hang = async (): Promise<void> => {
      await asyncio.sleep(1)
      await new asyncio.Event().wait()
    }
    const recorder = new Recorder().start()
    await thrownAs(asyncio.DeadlockError, runVirtual(hang))
    recorder.stop()
    const { tasks, events, ...rest } = recorder.recording()
    // As a recorder writes it down on a signal, before anybody ends the program.
    const hung = events.slice(0, events.findLastIndex(({ kind }) => kind === "parked") + 1)
    const error = await thrownAs(asyncio.DeadlockError, replay({ ...rest, tasks, events: hung }, hang))
    assert.match(error.message, /main waits for Event\.wait/)
  })

  it("says where program and recording part", async () => {
    const recording = await record(race([0.03, 0.02, 0.01]))
    const fewer = await thrownAs(asyncio.RuntimeError, replay(recording, race([0.03, 0.02])))
    assert.match(fewer.message, /part at step 4 of \d+: there, after 0\.000 s, the recording has 'Task-\d+' going on, which the program has not made, and the program has only 'Task-\d+'/)
    const ended = await thrownAs(asyncio.RuntimeError, replay(recording, async () => "at once"))
    assert.match(ended.message, /part at step 2 of \d+: .* and the program has ended/)
    const stuck = await thrownAs(asyncio.RuntimeError, replay(recording, () => new asyncio.Event().wait()))
    assert.match(stuck.message, /in the program nothing can happen any more/)
  })

  it("replays a group that fails, with a task that was cancelled before it had begun", async () => {
    const program = async (): Promise<string> => {
      const log: string[] = []
      await new asyncio.TaskGroup().run(async (group) => {
        group.createTask(async () => {
          group.createTask(async () => log.push("never"))
          throw new Error("at once")
        })
        await asyncio.sleep(1).finally(() => log.push("cancelled"))
      }).catch((error: Error) => log.push(error.name))
      return log.join()
    }
    const recorded = await runVirtual(program)
    assert.equal(await replay(await record(program), program), recorded)
  })

  it("replays a wait that was woken and had to wait again", async () => {
    const program = async (): Promise<string> => {
      const queue = new asyncio.Queue<string>()
      const log: string[] = []
      const getter = asyncio.createTask(async () => log.push(`waited for ${await queue.get()}`))
      await asyncio.sleep(0)
      queue.putNowait("first")
      log.push(`took ${queue.getNowait()}`)
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      log.push("then")
      queue.putNowait("second")
      await getter
      return log.join()
    }
    assert.equal(await replay(await record(program), program), "took first,then,waited for second")
  })

  it("replays promises that are gathered bare", async (t) => {
    // A machine that stalls between the two would have the slow one due first.
    ticking(t, 0.001)
    const program = async (): Promise<string> => {
      const log: string[] = []
      const call = async (name: string, delay: number): Promise<void> => {
        await asyncio.sleep(delay)
        log.push(name)
      }
      await asyncio.gather([call("slow", 0.03), call("quick", 0.01)])
      return log.join()
    }
    const recorder = new Recorder().start()
    const recorded = await asyncio.run(program).finally(() => recorder.stop())
    assert.equal(await replay(recorder.recording(), program), recorded)
  })

  it("says where it waits for a promise that never settles, bare or gathered", async () => {
    const never = new Promise<void>(() => undefined)
    const recorded = await record(() => asyncio.sleep(1))
    const [bare, gathered] = await Promise.all([() => never, async () => void (await asyncio.gather([never]))].map((program) =>
      thrownAs(asyncio.RuntimeError, replay(recorded, program)),
    ))
    assert.match(bare?.message ?? "", /part at step 2 of 2: .* in the program nothing came for 2 s of real time, .*\n {2}main waits for something foreign/)
    assert.match(gathered?.message ?? "", /part at step 2 of 2: .*\n {2}main waits for gather/)
  })

  it("replays tasks that start eagerly", async () => {
    const program = async (): Promise<string> => {
      const log: string[] = []
      const tasks = ["a", "b"].map((name) => asyncio.createTask(async () => {
        log.push(`${name} starts`)
        await asyncio.sleep(0.01)
        log.push(`${name} ends`)
      }, { eagerStart: true }))
      log.push("made")
      await asyncio.wait(tasks)
      return log.join()
    }
    assert.equal(await replay(await record(program), program), await runVirtual(program))
  })

  it("refuses what is no recording, and what is no function", async () => {
    const recording = await record(race([0.01]))
    for (const bad of [null, undefined, {}, 7, "recording", { tasks: [], events: {}, dropped: 0 }, { tasks: [null], events: [1], dropped: 0 }]) {
      assert.match((await thrownAs(TypeError, replay(bad as never, race([0.01])))).message, /^replay takes a recording, .* not /)
    }
    assert.match((await thrownAs(TypeError, replay(recording, null as never))).message, /the program of replay/)
  })

  it("refuses a recording without its beginning, or without a task", async () => {
    const recording = await record(race([0.03, 0.02, 0.01]), { capacity: 16 })
    const cut = recording.dropped > 0 ? recording : { ...recording, dropped: 5 }
    assert.match((await thrownAs(asyncio.RuntimeError, replay(cut, race([1, 1, 1])))).message, /lacks its first \d+ events/)
    const empty = { ...recording, tasks: [], events: [], dropped: 0 }
    assert.match((await thrownAs(asyncio.RuntimeError, replay(empty, race([1, 1, 1])))).message, /has no task/)
  })
})
