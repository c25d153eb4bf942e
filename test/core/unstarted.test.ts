/** The list of coroutines that nobody has started, and that of errors that nobody has asked for. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { LostErrors, reportLost, retrieved, type Failed } from "#src/core/lost-errors.ts"
import { Unstarted } from "#src/core/unstarted.ts"
import { collect } from "./support/gc.ts"

class Call {
  unstarted = true
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

const names = (found: Iterable<object>): string[] => [...found].map((call) => (call as Call).name)

describe("Unstarted", () => {
  it("gives back what was never started, the oldest first, and forgets it", () => {
    const list = new Unstarted()
    const calls = ["a", "b", "c", "d"].map((name) => new Call(name))
    for (const call of calls) list.add(call)
    const started = calls[1]
    assert.ok(started !== undefined)
    started.unstarted = false
    assert.deepEqual(names(list.takeAll()), ["a", "c", "d"])
    assert.deepEqual(names(list.takeAll()), [])
  })

  it("keeps the order also across those that are held weakly", () => {
    const list = new Unstarted()
    const calls: Call[] = []
    const add = (name: string): void => {
      const call = new Call(name)
      calls.push(call)
      list.add(call)
    }
    add("a")
    list.age(10)
    add("b")
    list.age(11.5)
    add("c")
    list.age(13)
    add("d")
    assert.deepEqual(names(list.takeAll()), ["a", "b", "c", "d"])
    assert.equal(calls.length, 4)
  })

  it("wants to be called again while it holds something strongly, and not for nothing", () => {
    const list = new Unstarted()
    assert.equal(list.age(100), Infinity)
    list.add(new Call("a"))
    const first = list.age(100)
    assert.ok(first > 100 && first <= 101)
    const second = list.age(first)
    list.age(second)
    assert.equal(list.age(second + 2), Infinity)
  })

  it("at the time it asked for, it is not asked to come at that time again", () => {
    // A virtual clock jumps to just that time: it would stand still for ever.
    for (const start of [0.1, 0.7, 1e9 + 0.3, 123456.789]) {
      const list = new Unstarted()
      list.add(new Call("a"))
      let time = start
      for (let i = 0; i < 10; i++) {
        const next = list.age(time)
        if (next === Infinity) break
        assert.ok(next > time, `asked for ${next} at ${time}`)
        time = next
      }
    }
  })

  it("holds what is young strongly, and what is older than a second or two weakly", async () => {
    const list = new Unstarted()
    const references: WeakRef<Call>[] = []
    const add = (name: string): void => {
      const call = new Call(name)
      references.push(new WeakRef(call))
      list.add(call)
    }
    const alive = (): string[] => references.flatMap((reference) => reference.deref()?.name ?? [])
    list.age(100)
    add("old")
    list.age(101)
    list.age(102.5)
    add("young")
    await collect()
    assert.deepEqual(alive(), ["young"])
    assert.deepEqual(names(list.takeAll()), ["young"])
  })

  it("does not keep what has started, however many there are", async () => {
    const list = new Unstarted()
    const references: WeakRef<Call>[] = []
    const make = (): void => {
      for (let i = 0; i < 2000; i++) {
        const call = new Call(`${i}`)
        list.add(call)
        references.push(new WeakRef(call))
        call.unstarted = false
      }
    }
    make()
    await collect()
    const alive = references.filter((reference) => reference.deref() !== undefined).length
    assert.ok(alive <= 300, `${alive} of 2,000 are still held`)
  })
})

describe("LostErrors", () => {
  class Failure implements Failed {
    [retrieved] = false
    readonly #told: () => void

    constructor(told: () => void) {
      this.#told = told
    }

    [reportLost](): void {
      this[retrieved] = true
      this.#told()
    }
  }

  it("reports in the order of failure what nobody retrieves in time, each once", () => {
    const list = new LostErrors()
    const told: string[] = []
    const failures = ["a", "b", "c"].map((name) => new Failure(() => told.push(name)))
    failures.forEach((failure, i) => list.add(failure, 10 + i / 10, 0))
    const asked = failures[1]
    assert.ok(asked !== undefined)
    const first = list.check(10, Infinity)
    assert.ok(first > 10 && first <= 11)
    assert.deepEqual(told, [])
    asked[retrieved] = true
    let time = first
    for (let i = 0; i < 5 && time !== Infinity; i++) {
      const next = list.check(time, Infinity)
      assert.ok(next > time, `asked for ${next} at ${time}`)
      time = next
    }
    assert.deepEqual(told, ["a", "c"])
    list.flush()
    assert.deepEqual(told, ["a", "c"])
  })

  it("flush reports what is left at once", () => {
    const list = new LostErrors()
    const told: string[] = []
    for (const name of ["a", "b"]) list.add(new Failure(() => told.push(name)), 10, 0)
    list.flush()
    assert.deepEqual(told, ["a", "b"])
    assert.equal(list.check(100, Infinity), Infinity)
  })
})
