import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { explain } from "../../proof/linearizable/check.ts"
import { History } from "../../proof/linearizable/history.ts"
import { tryMany } from "../../proof/linearizable/linearizable.ts"
import { barrier, condition, event, lock, queue, semaphore } from "../../proof/linearizable/models.ts"
import { SUBJECTS, type Subject, type SubjectName } from "../../proof/linearizable/subjects.ts"
import { trySubject } from "../../proof/linearizable/try-subject.ts"
import { Random, random } from "../support/random.ts"

const HISTORIES = 100

for (const name of Object.keys(SUBJECTS) as SubjectName[]) { // the keys are the names
  random(`what tasks do with one ${name} at once could have happened one after the other`, HISTORIES, async (source) => {
    const { subject, history } = await trySubject(SUBJECTS[name], source)
    assert.ok(subject.isExplained(history), `${subject.about}:\n${String(history)}`)
  })
}

/** A history from lines such as `A acquire 1 4 done`; without an end it has not ended. */
function told(...lines: string[]): History {
  const history = new History()
  for (const line of lines) {
    const [who = "", what = "", begin = "", end, gave] = line.split(" ")
    const [, name = "", given] = /^(\w+?)(\d*)$/.exec(what) ?? []
    history.calls.push({
      task: (who.codePointAt(0) ?? 0) - 65,
      name,
      given: given === "" ? undefined : Number(given),
      begin: Number(begin),
      end: end === undefined ? Infinity : Number(end),
      gave: gave === undefined ? undefined : /^\d+$/.test(gave) ? Number(gave) : gave,
    })
  }
  return history
}

describe("a history is not explained", () => {
  it("if two have a lock at once", () => {
    assert.equal(explain(lock, told("A acquire 1 2 done", "B acquire 3 4 done")).length, 0)
    assert.equal(explain(lock, told("A acquire 1 2 done", "B acquire 3 6 done", "A release 4 5 done")).length, 1)
  })

  it("if somebody waits for a lock that is free", () => {
    assert.equal(explain(lock, told("A acquire 1 2 done", "B acquire 3", "A release 4 5 done")).length, 0)
    assert.equal(explain(lock, told("A acquire 1 2 done", "B acquire 3")).length, 1)
  })

  it("if who came later has a lock first", () => {
    const begun = ["A acquire 1 2 done", "B acquire 3 8 done", "A release 5 6 done"]
    assert.equal(explain(lock, told(...begun, "C acquire 4")).length, 1)
    assert.equal(explain(lock, told("A acquire 1 2 done", "B acquire 4 8 done", "A release 5 6 done", "C acquire 3")).length, 0)
    assert.equal(explain(semaphore(1, false), told("A acquire 1 2 done", "B acquire 4 8 done", "A release 5 6 done", "C acquire 3")).length, 0)
  })

  it("if a call throws what it should not", () => {
    assert.equal(explain(lock, told("A acquire 1 2 TypeError")).length, 0)
    assert.equal(explain(lock, told("A release 1 2 RuntimeError")).length, 1)
    assert.equal(explain(lock, told("A release 1 2 TypeError")).length, 0)
    assert.equal(explain(semaphore(1, true), told("A release 1 2 RangeError")).length, 1)
    assert.equal(explain(semaphore(1, true), told("A acquire 1 2 RangeError")).length, 0)
    assert.equal(explain(event, told("A wait 1 2 TypeError", "B set 3 4 done")).length, 0)
    assert.equal(explain(event, told("A set 1 2 TypeError")).length, 0)
    assert.equal(explain(condition, told("A acquire 1 2 done", "A notify1 3 4 RuntimeError")).length, 0)
    assert.equal(explain(barrier(1), told("A wait 1 2 BrokenBarrierError")).length, 0)
    assert.equal(explain(queue(1, "fifo"), told("A putNowait1 1 2 QueueFull")).length, 0)
    assert.equal(explain(queue(1, "fifo"), told("A put1 1 2 done", "A putNowait2 3 4 QueueFull")).length, 1)
    assert.equal(explain(queue(1, "fifo"), told("A get 1 2 QueueShutDown")).length, 0)
  })

  it("if a join outlives the work, or a shutdown is not heard", () => {
    const items = queue(0, "fifo")
    assert.equal(explain(items, told("A put1 1 2 done", "B join 3")).length, 1)
    assert.equal(explain(items, told("A put1 1 2 done", "B join 3", "A taskDone 4 5 done")).length, 0)
    assert.equal(explain(items, told("A put1 1 2 done", "B join 3 4 done")).length, 0)
    assert.equal(explain(items, told("A taskDone 1 2 RangeError")).length, 1)
    assert.equal(explain(items, told("A taskDone 1 2 done")).length, 0)
    assert.equal(explain(items, told("A get 1", "B shutdown0 2 3 done")).length, 0)
    assert.equal(explain(items, told("A get 1 4 QueueShutDown", "B shutdown0 2 3 done")).length, 1)
    assert.equal(explain(items, told("A put1 1 2 done", "B shutdown0 3 4 done", "A get 5 6 1")).length, 1)
    assert.equal(explain(items, told("A put1 1 2 done", "B shutdown1 3 4 done", "A get 5 6 1")).length, 0)
    assert.equal(explain(items, told("A put1 1 2 done", "C join 3", "B shutdown1 4 5 done")).length, 0)
    assert.equal(explain(items, told("B shutdown0 1 2 done", "A put1 3 4 done")).length, 0)
  })

  it("if a permit is lost with whom it was given to", () => {
    const begun = ["A acquire 1 2 done", "B acquire 3 6 cancelled", "A release 4 5 done"]
    assert.equal(explain(semaphore(1, true), told(...begun, "C acquire 7 8 done")).length, 1)
    assert.equal(explain(semaphore(1, true), told(...begun, "C acquire 7")).length, 0)
  })

  it("if an item is lost, comes twice or out of its turn", () => {
    const items = queue(2, "fifo")
    assert.equal(explain(items, told("A put7 1 2 done", "B get 3 4 7")).length, 1)
    assert.equal(explain(items, told("A put7 1 2 done", "B get 3 4 7", "C get 5 6 7")).length, 0)
    assert.equal(explain(items, told("A put7 1 2 done", "A put8 3 4 done", "C get 5 6 8")).length, 0)
    assert.equal(explain(items, told("A put7 1 2 done", "B get 3")).length, 0)
    assert.equal(explain(items, told("A put7 1 2 done", "B get 3 4 cancelled", "C getNowait 5 6 QueueEmpty")).length, 0)
  })

  it("if a wait on an event outlives its set, or ends without one", () => {
    assert.equal(explain(event, told("A wait 1 6 done", "B set 2 3 done", "B clear 4 5 done")).length, 1)
    assert.equal(explain(event, told("A wait 1", "B set 2 3 done", "B clear 4 5 done")).length, 1)
    assert.equal(explain(event, told("A wait 1", "B set 2 3 done")).length, 0)
    assert.equal(explain(event, told("A wait 1 2 done", "B set 3 4 done")).length, 0)
  })

  it("if a notification wakes nobody, or somebody without one", () => {
    const begun = ["A acquire 1 2 done", "A wait 3"]
    assert.equal(explain(condition, told(...begun)).length, 1)
    const notified = ["B acquire 4 5 done", "B notify1 6 7 done", "B release 8 9 done"]
    assert.equal(explain(condition, told(...begun, ...notified)).length, 0)
    assert.equal(explain(condition, told("A acquire 1 2 done", "A wait 3 10 done", ...notified)).length, 1)
    assert.equal(explain(condition, told("A acquire 1 2 done", "A wait 3 10 done")).length, 0)
  })

  it("if two in one round of a barrier get one number", () => {
    assert.equal(explain(barrier(2), told("A wait 1 4 0", "B wait 2 3 1")).length, 1)
    assert.equal(explain(barrier(2), told("A wait 1 4 1", "B wait 2 3 1")).length, 0)
    assert.equal(explain(barrier(2), told("A wait 1 4 0", "B wait 2")).length, 0)
  })
})

/** As it stands in many programs: who is woken and then cancelled keeps the wake-up. */
class ForgetfulLock {
  #held = false
  readonly #waiting: asyncio.Future<void>[] = []

  async acquire(): Promise<void> {
    if (this.#held) {
      const turn = asyncio.getRunningLoop().createFuture<void>()
      this.#waiting.push(turn)
      await turn
    }
    this.#held = true
  }

  release(): void {
    this.#held = false
    const next = this.#waiting.shift()
    if (next !== undefined && !next.done()) next.setResult(undefined)
  }
}

it("a call that throws what it should not is found out", async () => {
  const make = (): Subject => {
    const held = new asyncio.Lock()
    const release = { name: "release", run: () => void held.release() }
    const acquire = async (): Promise<void> => {
      if (held.locked()) throw new TypeError("planted")
      await held.acquire()
    }
    return {
      about: "a lock that refuses to wait",
      choose: () => ({ name: "acquire", run: acquire, then: () => release }),
      isExplained: (history) => explain(lock, history).length > 0,
    }
  }
  let found = 0
  for (let seed = 1; seed <= 100; seed += 1) {
    const { subject, history } = await trySubject(make, new Random(seed))
    if (!subject.isExplained(history)) found += 1
  }
  assert.ok(found > 0)
})

it("a lock that loses wake-ups and lets two in is found out", async () => {
  const make = (): Subject => {
    const lock = new ForgetfulLock()
    const release = { name: "release", run: () => void lock.release() }
    return {
      about: "a forgetful lock",
      choose: () => ({ name: "acquire", run: () => lock.acquire(), then: () => release }),
      isExplained: (history) => explain(semaphore(1, false), history).length > 0,
    }
  }
  let found = 0
  for (let seed = 1; seed <= 200; seed += 1) {
    const { subject, history } = await trySubject(make, new Random(seed))
    if (!subject.isExplained(history)) found += 1
  }
  assert.ok(found > 0)
})

it("what ends a task in another way than by a call, or the whole program, is told with its seed", async () => {
  const work = { size: 20, seed: 1, signal: new AbortController().signal, progress() {} }
  for (const [where, message] of [["choose", /^seed \d+: Error: planted by choose/], ["make", /^seed 1: Error: planted by make/]] as const) {
    const planted = (): never => {
      throw new Error(`planted by ${where}`)
    }
    const { failures } = await tryMany((source) => {
      const sound = SUBJECTS.Event(source)
      let calls = 0
      if (where === "make") planted()
      return { ...sound, choose: (chance) => ((calls += 1) > 2 ? planted() : sound.choose(chance)) }
    }, work)
    assert.match(failures[0] ?? "", message)
  }
})
