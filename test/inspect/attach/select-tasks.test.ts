import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { selectTasks, type Selection } from "#src/inspect/attach/select-tasks.ts"
import { snapshotOf } from "../../support/snapshot-of.ts"

const wait = { kind: "task", text: "task", since: 1, frames: [], holders: [], internal: true }
const snapshot = snapshotOf([
  { id: 1, name: "main", waits: [{ ...wait, awaits: [2] }] },
  { id: 2, name: "Fetch", awaitedBy: [1], waits: [{ ...wait, awaits: [3] }], state: "ready", cpu: { used: 2, over: 3 } },
  { id: 3, name: "read", code: "readAll", awaitedBy: [2], state: "running" },
  { id: 4, name: "other", age: 0 },
])

function ids(selection: Selection): readonly number[] {
  return selectTasks(snapshot, selection).tasks.map(({ id }) => id)
}

describe("a part of a snapshot", () => {
  it("has the tasks with a text in their name or code", () => {
    assert.deepEqual(ids({ name: "FETCH" }), [2])
    assert.deepEqual(ids({ name: "readall" }), [3])
    assert.deepEqual(ids({ name: "nobody" }), [])
  })

  it("keeps those who await them and whom they await, where a tree is drawn", () => {
    assert.deepEqual(ids({ name: "fetch", connected: true }), [1, 2, 3])
    assert.deepEqual(ids({ name: "read", connected: true }), [1, 2, 3])
    assert.deepEqual(ids({ name: "other", connected: true }), [4])
  })

  it("has the greatest first, and no more than the limit", () => {
    assert.deepEqual(ids({ sort: "age" }), [3, 2, 1, 4])
    assert.deepEqual(ids({ sort: "state" }), [3, 2, 1, 4])
    assert.deepEqual(ids({ sort: "cpu", limit: 1 }), [2])
    assert.deepEqual(ids({ sort: "name" }), [2, 1, 4, 3])
  })
})
