import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { looked, pressed, rowsOf, topState, type TopState } from "#src/cli/top-state.ts"
import { snapshotOf } from "../support/snapshot-of.ts"

const snapshot = snapshotOf([
  { id: 1, name: "main" },
  { id: 2, name: "fetch", awaitedBy: [1] },
  { id: 3, name: "read", awaitedBy: [2] },
  { id: 4, name: "other" },
])

function state(sort: TopState["sort"] = "id"): TopState {
  return looked(topState({ sort, interval: 1 }), snapshot)
}

function after(keys: readonly string[], from = state()): TopState {
  return keys.reduce((state, key) => pressed(state, key, 2), from)
}

function ids(state: TopState): readonly number[] {
  return rowsOf(state).map(({ task }) => task.id)
}

describe("the page of top", () => {
  it("moves the selection by lines and by pages, and not beyond the ends", () => {
    assert.equal(state().selected, 1)
    assert.deepEqual([["down"], ["j", "j"], ["pagedown", "down", "down", "down"], ["end"], ["end", "up"], ["end", "home", "k"]].map((keys) => after(keys).selected), [2, 3, 4, 4, 3, 1])
  })

  it("stays with the selected task when others come before it", () => {
    const sorted = after(["down"], state())
    const next = looked(sorted, snapshotOf([{ id: 0 }, { id: 1 }, { id: 2 }]))
    assert.equal(next.selected, 2)
    assert.equal(looked(next, snapshotOf([{ id: 9 }])).selected, 9)
    assert.equal(looked(next, snapshotOf([])).selected, undefined)
  })

  it("draws each task below the one that awaits it, and folds what is below", () => {
    const tree = after(["t"])
    assert.deepEqual(rowsOf(tree).map(({ task, depth }) => [task.id, depth]), [[1, 0], [2, 1], [3, 2], [4, 0]])
    assert.deepEqual(ids(after(["down", "left"], tree)), [1, 2, 4])
    assert.deepEqual(ids(after(["left", "right"], tree)), [1, 2, 3, 4])
    assert.deepEqual(ids(after(["left", "t"], tree)), [1, 2, 3, 4])
  })

  it("draws tasks that await each other in a circle, and a chain that is deeper than a stack", () => {
    const circle = snapshotOf([{ id: 1, awaitedBy: [2] }, { id: 2, awaitedBy: [1] }, { id: 3, awaitedBy: [3] }])
    assert.deepEqual(ids(looked(after(["t"]), circle)).toSorted((a, b) => a - b), [1, 2, 3])
    const chain = snapshotOf(Array.from({ length: 20_000 }, (_, id) => ({ id, awaitedBy: id === 0 ? [] : [id - 1] })))
    assert.equal(ids(looked(after(["t"]), chain)).length, 20_000)
  })

  it("filters while one types, and shows all again after escape", () => {
    const typed = after(["/", "r", "e", "a", "q", "backspace"])
    assert.deepEqual([typed.filter, typed.quit, ids(typed), typed.selected], ["rea", false, [3], 3])
    assert.equal(after(["enter"], typed).typing, false)
    assert.deepEqual(ids(after(["escape"], typed)), [1, 2, 3, 4])
    assert.deepEqual(ids(after(["enter", "escape"], typed)), [1, 2, 3, 4])
  })

  it("sorts by the key that is pressed, either way round", () => {
    assert.deepEqual(ids(after(["a"])), [4, 3, 2, 1])
    assert.deepEqual(ids(after(["a", "r"])), [1, 2, 3, 4])
    assert.deepEqual(["s", "s", "s"].map((_, at) => after(["s", "s", "s"].slice(0, at + 1)).sort), ["since", "cpu", "age"])
  })

  it("tells which part of the time since the last look a task computed", () => {
    const first = looked(state("cpu"), snapshotOf([{ id: 1, cpu: { used: 1, over: 10 } }, { id: 2, cpu: { used: 0, over: 10 } }]))
    assert.deepEqual([...first.load], [[1, 0.1], [2, 0]])
    const second = looked(first, snapshotOf([{ id: 1, cpu: { used: 1, over: 12 } }, { id: 2, cpu: { used: 1, over: 12 } }]))
    assert.deepEqual([...second.load], [[1, 0], [2, 0.5]])
    assert.deepEqual(ids(second), [2, 1])
  })

  it("ends by q and by Ctrl-C, also while one types; pauses, and looks less often", () => {
    assert.ok(after(["q"]).quit)
    assert.ok(after(["/", "ctrl-c"]).quit)
    assert.equal(after(["p", " ", "p"]).paused, true)
    assert.deepEqual([after(["+"]).interval, after(["-"]).interval, after(["-", "-", "-", "-", "-"]).interval], [2, 0.5, 0.25])
    assert.deepEqual([after(["enter"]).view, after(["enter", "escape"]).view, after(["?"]).view, after(["x"])], ["task", "tasks", "help", state()])
  })
})
