import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { duration, pageOf, screenOf, type ScreenSize } from "#src/cli/top-screen.ts"
import { looked, pressed, topState, type TopState } from "#src/cli/top-state.ts"
import type { Snapshot } from "#src/inspect/snapshot.ts"
import { widthOf } from "#src/inspect/text-width.ts"
import { snapshotOf } from "../support/snapshot-of.ts"

const frames = [{ name: "readAll", place: { file: "file:///shop/very/long/path/to/stock.ts", line: 31, column: 9, of: "await" as const } }, { name: "main" }]
const wait = { kind: "Lock.acquire", text: "lock 'db', held by 'writer' for 3.1 s", since: 3.1, awaits: [], holders: [2], internal: true, frames }
const snapshot = snapshotOf(
  [
    { id: 1, name: "main", waits: [wait], frames, cancelling: { requests: 1, by: "Ctrl-C", why: "enough" } },
    { id: 2, name: "wri\u001b[31mter\n", state: "running", cpu: { used: 0.5, over: 1 } },
    ...Array.from({ length: 60 }, (_, at) => ({ id: at + 3, name: "日本語の長い名前です、とても長い名前" })),
  ],
  { resources: [{ id: 1, kind: "Lock", name: "db", state: "locked", holders: [2], waiting: [1] }] },
)

function text(state: TopState, size: ScreenSize): readonly string[] {
  return screenOf(state, size).map((line) => line.map(({ text }) => text).join(""))
}

function page(keys: readonly string[] = [], from = snapshot): TopState {
  const size = { columns: 80, rows: 24 }
  return keys.reduce((state, key) => pressed(state, key, pageOf(size)), looked(topState({ sort: "id", interval: 1 }), from))
}

describe("the screen of top", () => {
  it("fits a terminal of any size, in every view", () => {
    for (const size of [{ columns: 20, rows: 8 }, { columns: 80, rows: 24 }, { columns: 200, rows: 50 }]) {
      for (const keys of [[], ["t"], ["enter"], ["h"], ["/", "x"], ["p"], ["end"]]) {
        const lines = text(page(keys), size)
        assert.equal(lines.length, size.rows, keys.join())
        assert.ok(lines.every((line) => widthOf(line) <= size.columns), `${keys.join()}: ${lines.find((line) => widthOf(line) > size.columns)}`)
        assert.ok(!lines.join("").includes("\u001b"))
      }
    }
  })

  it("says in a line what each task does, with the place where there is room", () => {
    const narrow = text(page(), { columns: 80, rows: 24 })
    assert.match(narrow[0] ?? "", /^asyncio-ts top {2}4711 {2}main\.ts {2}node v26\.0\.0 {2}up 75\.0 s/)
    assert.match(narrow[1] ?? "", /^62 tasks: 1 running, 61 waiting · cpu 50% · 1 loop · locks and queues: 1 {2}by id/)
    assert.match(narrow[4] ?? "", /^ {5}1 waiting {2}1\.0 s 500 ms {7}main {15}lock 'db', held by 'write…$/)
    assert.match(narrow[5] ?? "", / running {2}2\.0 s {2}1\.0 s {3}50% wri \[31mter/)
    assert.match(text(page(), { columns: 160, rows: 24 })[4] ?? "", /stock\.ts:31 +lock 'db'/)
  })

  it("keeps the selected task in view", () => {
    assert.ok(text(page(["end"]), { columns: 80, rows: 24 }).some((line) => line.startsWith("    62 ")))
    assert.ok(!text(page(), { columns: 80, rows: 24 }).some((line) => line.startsWith("    62 ")))
  })

  it("tells all of one task: what it waits for, its frames, and who wants it to end", () => {
    const lines = text(page(["enter"]), { columns: 100, rows: 24 }).join("\n")
    for (const part of ["asked to cancel once by Ctrl-C: enough", "waits 3.1 s for lock 'db'", "at readAll  file:///shop/very/long/path/to/stock.ts:31:9", "at main", "held by 2 wri"]) assert.ok(lines.includes(part), `${part}\n${lines}`)
  })

  it("warns of what blocks the loop, else of a deadlock, else of a leak", () => {
    const blocked = { function: "spin", place: { file: "/shop/busy.ts", line: 7, column: 1, of: "code" as const }, seconds: 0.25 }
    const deadlocks = [{ how: "suspected" as const, tasks: [1, 2], text: "'a' and 'b' wait for each other" }]
    const leaks = [{ kind: "growing queue" as const, text: "queue 'jobs' only grows" }]
    const warning = (more: Parameters<typeof snapshotOf>[1]): string | undefined => text(page([], snapshotOf([{ id: 1 }], more)), { columns: 80, rows: 24 })[2]
    assert.equal(warning({ blocked, deadlocks, leaks }), "loop blocked by spin at busy.ts:7, for 250 ms at least")
    assert.equal(warning({ deadlocks, leaks }), "'a' and 'b' wait for each other")
    assert.equal(warning({ leaks }), "queue 'jobs' only grows")
  })

  it("says so when there is no task, or none of that name", () => {
    assert.ok(text(page([], snapshotOf([])), { columns: 80, rows: 24 }).includes("no task runs"))
    assert.ok(text(page(["/", "z", "z"]), { columns: 80, rows: 24 }).includes("no task has 'zz' in its name or code"))
  })

  it("gives times in at most six characters", () => {
    const cases = [0, 0.0004, 0.9994, 0.9996, 9.96, 99.94, 99.96, 3600, 5969, 5971, 300_000, 400_000, 8e7]
    assert.deepEqual(cases.map(duration), ["0 ms", "0 ms", "999 ms", "1.0 s", "10.0 s", "99.9 s", "2 min", "60 min", "99 min", "2 h", "83 h", "5 d", "926 d"])
    assert.ok(cases.every((seconds) => duration(seconds).length <= 6))
  })

  it("names what blocks a loop, also a worker thread's, with what would help, and a thread that does not answer", () => {
    const place = { file: "file:///shop/users.ts", line: 7, column: 1, of: "code" } as const
    const blocked = { function: "hash", place, call: "crypto.scryptSync", seconds: 1.2, advice: "its twin without Sync computes on Node's threads" }
    const warning = (rest: Partial<Snapshot>): string => {
      const state = looked(topState({ interval: 1 }), snapshotOf([{ id: 1 }], rest))
      return (screenOf(state, { columns: 200, rows: 10 })[2] ?? []).map(({ text }) => text).join("").trimEnd()
    }
    const words = "by hash at users.ts:7, which calls crypto.scryptSync, for 1.2 s at least: its twin without Sync computes on Node's threads"
    assert.equal(warning({ blocked }), `loop blocked ${words}`)
    assert.equal(warning({ threads: [{ id: 3, name: "resize", blocked }] }), `loop of worker thread 3 'resize' blocked ${words}`)
    assert.equal(warning({ threads: [{ id: 3, name: "", silent: "it has not answered within 1 s" }] }), "worker thread 3 is not shown: it has not answered within 1 s")
  })
})
