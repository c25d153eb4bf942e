import assert from "node:assert/strict"
import fs, { readFileSync } from "node:fs"
import { createHash, pbkdf2Sync } from "node:crypto"
import { describe, it } from "node:test"
import { fileURLToPath } from "node:url"

import { CallMarks, type CallPlace } from "#src/inspect/watchdog/call-marks-node.ts"
import { CELL, SharedCells, TIME } from "#src/inspect/watchdog/shared-cells.ts"
import { markSlowCalls, SLOW_CALLS } from "#src/inspect/watchdog/slow-calls-node.ts"

const HERE = fileURLToPath(import.meta.url)

/** Marks that keep what was begun, in words. */
class Kept extends CallMarks {
  readonly begun: string[] = []

  constructor(cells = new SharedCells()) {
    super(cells, () => performance.now(), () => undefined)
  }

  override begin(call: number): void {
    super.begin(call)
    this.begun.push(SLOW_CALLS[call - 1]?.name ?? "?")
  }
}

function marked(body: () => unknown, marks = new Kept()): string[] {
  const undo = markSlowCalls(marks)
  try {
    body()
  } finally {
    undo()
  }
  return marks.begun
}

describe("calls that are known to block", () => {
  it("are written down, also those that were imported by name", () => {
    const large = JSON.stringify("tea".repeat(50_000))
    assert.equal(marked(() => readFileSync(HERE))[0], "fs.readFileSync")
    assert.deepEqual(marked(() => pbkdf2Sync("a", "b", 1, 8, "sha256")), ["crypto.pbkdf2Sync"])
    assert.deepEqual(marked(() => JSON.parse(large)), ["JSON.parse"])
    assert.deepEqual(marked(() => createHash("md5").update(large)), ["Hash.update"])
    assert.deepEqual(marked(() => Array.from({ length: 20_000 }, (_, i) => i).sort((a, b) => b - a)), ["Array.sort"])
  })

  it("are left alone where they cannot take long", () => {
    assert.deepEqual(
      marked(() => {
        JSON.parse("[1]")
        JSON.stringify({ tea: ["Assam"] })
        structuredClone({ tea: "Assam" })
        return [3, 1, 2].sort((a, b) => a - b).join()
      }),
      [],
    )
  })

  it("are written down whatever large thing they are given", () => {
    const many = Array.from({ length: 2000 }, (_, i) => i)
    const large: Record<string, unknown> = {
      text: "tea".repeat(50_000),
      list: many,
      lists: [many],
      "list in an object": { tea: "Assam", many },
      "object of many": Object.fromEntries(many.map((i) => [`tea ${i}`, i])),
      map: new Map(many.map((i) => [i, i])),
      set: new Set(many),
      bytes: new Uint8Array(2000),
      buffer: new ArrayBuffer(2000),
      view: new DataView(new ArrayBuffer(2000)),
    }
    for (const [what, value] of Object.entries(large)) assert.deepEqual(marked(() => structuredClone(value)), ["structuredClone"], what)
  })

  it("cost a program that makes a million small ones a look at as many as the watchdog allows, and no more", () => {
    const cells = new SharedCells()
    const large = { tea: Array.from({ length: 2000 }, (_, i) => i) }
    cells.ints[CELL.glances] = 3
    const three = (): unknown => [JSON.stringify({}), JSON.stringify(large), JSON.stringify([]), JSON.stringify(large), JSON.stringify(large)]
    assert.deepEqual(marked(three, new Kept(cells)), ["JSON.stringify"])
    assert.equal(cells.ints[CELL.glances], 0)
    cells.ints[CELL.glances] = 5
    assert.deepEqual(marked(three, new Kept(cells)), ["JSON.stringify", "JSON.stringify", "JSON.stringify"])
  })

  it("do and give what they always did, and look the same", () => {
    const before = SLOW_CALLS.map(({ of, key }) => (of === undefined ? undefined : Object.getOwnPropertyDescriptor(of, key)))
    marked(() => {
      for (const { of, key } of SLOW_CALLS) {
        const now = of === undefined ? undefined : Object.getOwnPropertyDescriptor(of, key)
        const then = before[SLOW_CALLS.findIndex((call) => call.of === of && call.key === key)]
        if (now === undefined) continue
        assert.equal(now.value.name, then?.value.name, key)
        assert.equal(now.value.length, then?.value.length, key)
        assert.equal(now.enumerable, then?.enumerable, key)
      }
      assert.throws(() => readFileSync("/no/such/tea"), { code: "ENOENT" })
      assert.deepEqual(JSON.parse('{"a":[1,2]}', (key, value: unknown) => (key === "0" ? 7 : value)), { a: [7, 2] })
      assert.deepEqual([10, 9, 1].sort((a, b) => a - b), [1, 9, 10])
      assert.equal(Buffer.from("tea").toString("hex"), "746561")
      assert.throws(() => JSON.parse(`[${"1,".repeat(60_000)}`), SyntaxError)
    })
    assert.deepEqual(
      SLOW_CALLS.map(({ of, key }) => (of === undefined ? undefined : Object.getOwnPropertyDescriptor(of, key)?.value)),
      before.map((descriptor) => descriptor?.value),
    )
    assert.equal(readFileSync, fs.readFileSync)
  })

  it("touch nothing of the program's: no getter, no proxy, no size of its own", () => {
    const touched: string[] = []
    const touch = (what: string) => (): never => {
      touched.push(what)
      throw new Error(what)
    }
    const own = { toJSON: () => "tea" }
    const withGetter = Object.defineProperty({ ...own }, "lazy", { get: touch("getter"), enumerable: true })
    const proxy = new Proxy(own, { ownKeys: touch("ownKeys"), getOwnPropertyDescriptor: touch("descriptor"), getPrototypeOf: touch("prototype") })
    class Purging extends Map<string, string> {
      override get size(): number {
        return touch("size")()
      }
    }
    const { proxy: revoked, revoke } = Proxy.revocable({}, {})
    revoke()
    marked(() => {
      assert.equal(JSON.stringify(withGetter), '"tea"')
      assert.equal(JSON.stringify(proxy), '"tea"')
      assert.equal(JSON.stringify({ ...own, cache: new Purging(), revoked }), '"tea"')
    })
    assert.deepEqual(touched, [])
  })

  it("leave what somebody else has put in their place", () => {
    const original = fs.writeFileSync
    const undo = markSlowCalls(new Kept())
    const other = (() => {}) as typeof fs.writeFileSync
    fs.writeFileSync = other
    undo()
    assert.equal(fs.writeFileSync, other)
    fs.writeFileSync = original
  })
})

describe("the marks of calls", () => {
  const decoder = new TextDecoder()

  it("tell where a call was made while it runs, and of calls within calls the outer one", () => {
    const cells = new SharedCells()
    const marks = new CallMarks(cells, () => 42, () => "brewer")
    const { ints, times } = cells
    marks.begin(3)
    marks.begin(5)
    const place = JSON.parse(decoder.decode(cells.text.slice(0, ints[CELL.length]))) as CallPlace
    assert.deepEqual([ints[CELL.call], times[TIME.called], place.task], [3, 42, "brewer"])
    assert.ok(place.frames.some(({ file }) => file === import.meta.url))
    marks.end()
    assert.equal(ints[CELL.call], 3)
    marks.end()
    assert.equal(ints[CELL.call], 0)
  })

  it("spend at most a hundredth of the time on places", () => {
    let now = 0
    const cells = new SharedCells()
    // Each look at the clock takes 0.1 ms, so that a place costs as much.
    const marks = new CallMarks(cells, () => (now += 0.1), () => undefined)
    let places = 0
    for (let call = 0; call < 10_000; call += 1) {
      marks.begin(1)
      if ((cells.ints[CELL.length] ?? 0) > 0) places += 1
      marks.end()
    }
    // 20 ms that are saved up at the start, a hundredth of some 1,100 ms, and one in 20 ms in any case.
    assert.ok(places > 200 && places < 400, String(places))
  })
})
