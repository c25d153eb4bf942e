/** Every operation, cancelled in every way at every moment: nothing is lost, and nothing is left. */
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { LINE, runCell, type Timing } from "./cell.ts"
import { exported, NO_WAIT, OPERATIONS } from "./operations.ts"
import { WAYS } from "./ways.ts"

const TIMINGS: readonly Timing[] = [
  { name: "while it waits", complete: "never", ticks: 0 },
  ...[0, 1, 2, 3].map((ticks) => ({ name: `completed ${ticks} ticks before`, complete: "before" as const, ticks })),
  ...[0, 1, 2].map((ticks) => ({ name: `completed ${ticks} ticks after`, complete: "after" as const, ticks })),
]

const noWait = new Set(Object.values(NO_WAIT).flatMap((names) => names.trim().split(/\s+/)))
const rows = new Set(Object.keys(OPERATIONS).map((name) => name.replace(/, .*/, "")))

test("every function and method that is exported has a row, or a reason for having none", () => {
  const all = exported().map(({ name, declared }) => [name, declared, name.replace(/^.*\./, "*.")])
  const unknown = all.filter((names) => !rows.has(names[0] ?? "") && !names.some((name) => noWait.has(name)))
  assert.deepEqual(unknown.map(([name]) => name), [])
  const known = new Set(all.flat())
  assert.deepEqual([...rows, ...noWait].filter((name) => !known.has(name)), [], "these are not exported")
  assert.deepEqual([...rows].filter((name) => noWait.has(name)), [], "these have both")
  const files = Object.keys(NO_WAIT).flatMap((reason) => reason.match(/test\/\S+\.test\.ts/g) ?? [])
  assert.deepEqual(files.filter((file) => !existsSync(join(import.meta.dirname, "../..", file))), [], "these do not exist")
})

let cells = 0

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`${name}: nothing is lost or left when it is cancelled`, async () => {
    const failures: string[] = []
    for (const position of operation.line === undefined ? [0] : LINE.keys()) {
      for (const way of WAYS) {
        for (const timing of way.early !== undefined ? TIMINGS.slice(0, 1) : TIMINGS) {
          for (const eager of [false, true]) {
            cells += 1
            try {
              await runCell({ operation, position, way, timing, eager })
            } catch (error) {
              const who = operation.line === undefined ? "" : `, the ${LINE[position]} in line`
              failures.push(`${way.name}, ${timing.name}${who}${eager ? ", eager" : ""}: ${String(error).replaceAll(/\s+/g, " ")}`)
            }
          }
        }
      }
    }
    assert.deepEqual(failures, [])
  })
}

test("the sweep is counted", (t) => {
  t.diagnostic(`${Object.keys(OPERATIONS).length} operations, ${cells} cells`)
  assert.ok(cells > 5000)
})
