import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { Random, firstSeed } from "../support/random.ts"
import type { Family, Told } from "../../proof/schedules/family.ts"
import { must } from "../../proof/schedules/family.ts"
import { PROOFS } from "../../proof/proofs.ts"
import { everyState, type Scope } from "../../proof/schedules/every-state.ts"
import { ALL, exhaustive } from "../../proof/schedules/exhaustive.ts"
import { barrier } from "../../proof/schedules/families/barrier.ts"
import { condition } from "../../proof/schedules/families/condition.ts"
import { event } from "../../proof/schedules/families/event.ts"
import { lock, semaphore } from "../../proof/schedules/families/permits.ts"
import { queue } from "../../proof/schedules/families/queue.ts"
import { randomProgram } from "../../proof/schedules/random-program.ts"
import { MAKERS, schedules } from "../../proof/schedules/schedules.ts"
import { tryPrograms } from "../../proof/schedules/try-programs.ts"

const SCHEDULES = 100
const seed = firstSeed()

/** What `npm run proof` lists under a name is what there is. */
const listed = (kind: string): string[] => PROOFS.flatMap(({ name }) => (name.startsWith(`${kind}-`) ? [name.slice(kind.length + 1)] : []))

it("every family has its proofs", () => {
  assert.deepEqual(listed("schedules"), Object.keys(MAKERS))
  assert.deepEqual(listed("exhaustive"), ALL.map(({ family }) => family.name))
})

for (const name of Object.keys(MAKERS)) {
  it(`no schedule breaks what is promised of ${name}`, async () => {
    const { done, failures } = await schedules(name)({ size: SCHEDULES, seed, signal: new AbortController().signal, progress() {} })
    assert.deepEqual(failures, [], `seed ${seed}`)
    assert.equal(done, SCHEDULES)
  })
}

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

/** A family whose only step takes the lock for a turn. */
function holding(make: () => { acquire(): PromiseLike<unknown>; release(): void }): Family {
  return {
    ...lock,
    operations: ["hold"],
    variants: ["a lock of the test's"],
    make(): Told {
      const held = make()
      let inside = 0
      let waiting = 0
      return {
        async step() {
          waiting += 1
          try {
            await held.acquire()
          } finally {
            waiting -= 1
          }
          must((inside += 1) === 1, "two have the lock")
          try {
            await asyncio.sleep(0)
          } finally {
            inside -= 1
            held.release()
          }
        },
        atRest: () => must(waiting === 0, "the lock is free, and somebody waits for it"),
        atEnd() {},
        // Where each task stands says all: one that has no line of its own to look at is told by its steps.
        tell: () => `${inside} ${waiting}`,
      }
    },
  }
}

for (const { family: { name } } of ALL) {
  it(`no program of a few steps, under any schedule, breaks what is promised of ${name}`, async () => {
    const { failures } = await exhaustive(name)({ size: 600, seed, signal: new AbortController().signal, progress() {} })
    assert.deepEqual(failures, [])
  })
}

describe("nothing is missed by going on only from the first way to a state", () => {
  const families: readonly (readonly [Family, readonly number[]])[] = [
    [lock, [0, 1]],
    [semaphore, [0, 1]],
    [event, [0, 1]],
    [condition, [0, 2, 3]],
    [barrier, [0, 2]],
    [queue, [0, 1]],
  ]
  for (const [family, operations] of families) {
    it(family.name, async () => {
      const scope: Scope = { family, variant: family.variants.length > 1 ? 1 : 0, operations, tasks: 2, steps: 2, cancellations: 1 }
      const some = await everyState(scope, () => true)
      const all = await everyState({ ...scope, whole: true }, () => true)
      assert.ok(some.complete && all.complete)
      assert.equal(some.states, all.states)
      assert.ok(all.runs > some.runs)
    })
  }
})

describe("what is planted is found", () => {
  const work = { size: 10_000, seed, signal: new AbortController().signal, progress() {} }

  it("a lock that loses wake-ups and lets two in", async () => {
    const planted = holding(() => new ForgetfulLock())
    const { failures } = await tryPrograms((random) => randomProgram(planted, random), work)
    assert.match(failures.join("\n"), /two have the lock|somebody waits for it/)
    assert.match(failures.join("\n"), /replay: "s1:/)
  })

  it("the same by going through all its programs", async () => {
    const scope: Scope = { family: holding(() => new ForgetfulLock()), variant: 0, operations: [0], tasks: 3, steps: 2, cancellations: 1 }
    const { failure = "" } = await everyState(scope, () => true)
    assert.match(failure, /two have the lock|somebody waits for it/)
  })

  it("a step that breaks a promise on a later way to where others have been", async () => {
    const planted: Family = {
      ...lock,
      operations: ["sleep"],
      make(): Told {
        let ended = 0
        return {
          async step() {
            try {
              await asyncio.sleep(0)
              ended += 1
            } catch (error) {
              // What has happened so is told by nothing afterwards: the task has ended, as it does otherwise.
              must(ended > 0, "it was cancelled before another ended")
              throw error
            }
          },
          atRest() {},
          atEnd() {},
          tell: () => "",
        }
      },
    }
    const { failure = "" } = await everyState({ family: planted, variant: 0, operations: [0], tasks: 3, steps: 1, cancellations: 1 }, () => true)
    assert.match(failure, /it was cancelled before another ended/)
  })

  it("and a lock that does neither passes", async () => {
    const sound = holding(() => new asyncio.Lock())
    const { failures } = await tryPrograms((random) => randomProgram(sound, random), { ...work, size: 500 })
    assert.deepEqual(failures, [])
  })

  it("a program that fails says which it is", () => {
    assert.match(randomProgram(lock, new Random(seed)).words(), /^a lock\n {2}A: /)
  })
})
