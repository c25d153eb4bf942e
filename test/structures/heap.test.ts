import assert from "node:assert/strict"
import { test } from "node:test"
import { Heap } from "#src/structures/heap.ts"
import { random } from "../support/random.ts"
import { thrownBy } from "../support/record.ts"

const ascending = (a: number, b: number): number => a - b

function drained<T>(heap: Heap<T>): (T | undefined)[] {
  return Array.from({ length: heap.size }, () => heap.pop())
}

/** No item compares less than the one above it. */
function assertOrdered(heap: Heap<number>): void {
  const items = [...heap]
  for (const [i, item] of items.entries()) {
    if (i > 0) assert.ok((items[(i - 1) >> 1] ?? NaN) <= item, `item ${i} of ${items.join(" ")}`)
  }
}

test("an empty heap gives undefined", () => {
  const heap = new Heap(ascending)
  assert.deepEqual([heap.size, heap.peek(), heap.pop(), heap.size], [0, undefined, undefined, 0])
})

test("clear drops everything, and the heap goes on", () => {
  const heap = new Heap(ascending)
  for (const item of [3, 1, 2]) heap.push(item)
  heap.clear()
  assert.equal(heap.size, 0)
  heap.push(5)
  assert.deepEqual(drained(heap), [5])
})

test("undefined is an item like others", () => {
  const heap = new Heap<number | undefined>((a, b) => (a ?? 9) - (b ?? 9))
  for (const item of [1, 3, undefined, 2]) heap.push(item)
  assert.deepEqual(drained(heap), [1, 2, 3, undefined])
})

random("push, pop and retain agree with a sorted list, and the order of the heap holds", 200, (source) => {
  const heap = new Heap(ascending)
  let list: number[] = []
  for (let step = 0; step < 100; step += 1) {
    const what = source.below(10)
    if (what < 6) {
      const item = source.below(30)
      heap.push(item)
      list.push(item)
      list.sort(ascending)
    } else if (what < 9) {
      assert.equal(heap.peek(), list[0])
      assert.equal(heap.pop(), list.shift())
    } else {
      const odd = source.below(2)
      heap.retain((item) => item % 2 === odd)
      list = list.filter((item) => item % 2 === odd)
    }
    assert.equal(heap.size, list.length)
    assertOrdered(heap)
  }
  assert.deepEqual(drained(heap), list)
})

random("a comparison that throws leaves the heap as it was", 200, (source) => {
  let left = Infinity
  const heap = new Heap<number>((a, b) => {
    if ((left -= 1) < 0) throw new Error("cannot compare")
    return a - b
  })
  for (let i = 0; i < 20; i += 1) heap.push(source.below(30))
  const before = [...heap]
  for (const attempt of [() => heap.push(-1), () => heap.pop()]) {
    left = source.below(4)
    assert.match(thrownBy(attempt).message, /cannot compare/)
    assert.deepEqual([...heap], before)
  }
  left = Infinity
  assert.deepEqual(drained(heap), before.toSorted(ascending))
})
