/** The list of known bugs, and that each has its test. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { bugs as cancellation } from "./bugs/cancellation.ts"
import { bugs as clients } from "./bugs/clients.ts"
import { bugs as conditions } from "./bugs/conditions.ts"
import { bugs as events } from "./bugs/events.ts"
import { bugs as executors } from "./bugs/executors.ts"
import { bugs as groups } from "./bugs/groups.ts"
import { bugs as locks } from "./bugs/locks.ts"
import { bugs as loop } from "./bugs/loop.ts"
import { bugs as queues } from "./bugs/queues.ts"
import { bugs as semaphores } from "./bugs/semaphores.ts"
import { bugs as streams } from "./bugs/streams.ts"
import { bugs as subprocess } from "./bugs/subprocess.ts"

const lists = { cancellation, clients, conditions, events, executors, groups, locks, loop, queues, semaphores, streams, subprocess }
const all = Object.values(lists).flat()

/** Those of which no bug can be put back, and why. */
const WITHOUT: Readonly<Record<number, string>> = {
  68: "Node starts processes within the call, and nothing here could make it wait",
  74: "clean-up without a bound is waited for, as in asyncio; moveOnAfter bounds it",
}

test("every number up to 75 has a bug that can be put back, or a reason", () => {
  const numbers = new Set([...all.map((bug) => bug.number), ...Object.keys(WITHOUT).map(Number)])
  assert.deepEqual([...numbers].sort((a, b) => a - b), Array.from({ length: 75 }, (_, index) => index + 1))
  assert.equal(Object.keys(WITHOUT).filter((number) => all.some((bug) => bug.number === Number(number))).length, 0)
})

test("every bug names a test of its own, which is there", () => {
  assert.equal(new Set(all.map((bug) => bug.test)).size, all.length)
  for (const [area, bugs] of Object.entries(lists)) {
    const source = readFileSync(new URL(`${area}.test.ts`, import.meta.url), "utf8")
    for (const bug of bugs) assert.ok(source.includes(`(${JSON.stringify(bug.test)}, `), bug.test)
  }
})

test("every change changes something", () => {
  for (const { test, edits } of all) {
    assert.ok(edits.length > 0, test)
    for (const { find, replace } of edits) assert.notEqual(find, replace, test)
  }
})
