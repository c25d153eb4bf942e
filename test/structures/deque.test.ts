import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate } from "node:timers/promises"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Deque } from "#src/structures/deque.ts"
import { random } from "../support/random.ts"

test("an empty deque gives undefined at both ends", () => {
  const deque = new Deque<number>()
  assert.deepEqual([deque.size, deque.peek(), deque.shift(), deque.pop(), [...deque]], [0, undefined, undefined, undefined, []])
})

test("the capacity asked for is where it starts, not where it ends", () => {
  for (const capacity of [0, 1, 16, 17, 100]) {
    const deque = new Deque<number>(capacity)
    const items = Array.from({ length: 300 }, (_, i) => i)
    for (const item of items) deque.push(item)
    assert.deepEqual([...deque], items)
  }
})

random("push, shift, pop, peek and clear agree with an array, round every corner of the ring", 200, (source) => {
  const deque = new Deque<number>()
  let list: number[] = []
  for (let step = 0; step < 200; step += 1) {
    const what = source.below(100)
    if (what < 55) {
      deque.push(step)
      list.push(step)
    } else if (what < 80) assert.equal(deque.shift(), list.shift())
    else if (what < 98) assert.equal(deque.pop(), list.pop())
    else if (what === 98) {
      deque.clear()
      list = []
    }
    assert.deepEqual([deque.size, deque.peek(), [...deque]], [list.length, list[0], list])
  }
})

test("what was taken out is not retained", async () => {
  const deque = new Deque<object>()
  const taken = (() => {
    const items = Array.from({ length: 40 }, () => ({}))
    for (const item of items) deque.push(item)
    for (let i = 0; i < 19; i += 1) {
      deque.shift()
      deque.pop()
    }
    return items.map((item) => new WeakRef(item))
  })()
  // A WeakRef holds its target until the current job is over.
  await setImmediate()
  setFlagsFromString("--expose-gc")
  runInNewContext("gc")()
  assert.equal(deque.size, 2)
  assert.equal(taken.filter((reference) => reference.deref() !== undefined).length, 2)
})
