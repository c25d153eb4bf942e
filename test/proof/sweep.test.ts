import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as executors from "asyncio-ts/executors"
import { HOST_WAYS, runHostCell } from "../../proof/sweep/host-cell.ts"
import { HOST_OPERATIONS, NOT_SWEPT } from "../../proof/sweep/host-operations.ts"
import { allCells, sweep } from "../../proof/sweep/sweep.ts"
import { PROOFS } from "../../proof/proofs.ts"
import { firstSeed } from "../support/random.ts"
import { exported, NO_WAIT } from "../sweep/operations.ts"

const HOST = / rounds of the host/
const FEW = 15
const SOME = 200

/** What `test/sweep/` leaves to tests of the host's operations. */
const LEFT = Object.entries(NO_WAIT).flatMap(([reason, names]) =>
  /^(?:the host finishes it|a thread finishes it|threads finish it|nothing but its cancellation)/.test(reason) ? names.trim().split(/\s+/) : [],
)

test("every operation that the host, a process or a thread finishes has a row, or a reason for having none", () => {
  const known = new Set([...Object.keys(HOST_OPERATIONS), ...Object.keys(NOT_SWEPT)])
  assert.deepEqual(LEFT.filter((name) => !known.has(name)), [])
  const all = new Set(exported().flatMap(({ name, declared }) => [name, declared]))
  const unknown = [...known].filter((name) => !all.has(name) && !((name.split(".")[0] ?? "") in executors))
  assert.deepEqual(unknown, [], "these are not exported")
  assert.deepEqual(Object.keys(NOT_SWEPT).filter((name) => name in HOST_OPERATIONS), [], "these have both")
})

test("the size of the proof is that of the sweep", () => {
  assert.equal(PROOFS.find(({ name }) => name === "cancel-sweep")?.size, allCells().length)
})

for (const [what, cells, size] of [
  ["an operation that the loop ends", allCells().filter(({ name }) => !HOST.test(name)), SOME],
  ["one of the host's", allCells().filter(({ name }) => HOST.test(name)), FEW],
] as const) {
  test(`${what} leaves nothing wherever it is cancelled`, async (t) => {
    const seed = firstSeed()
    t.diagnostic(`SEED=${seed}`)
    const { done, failures } = await sweep(cells, { size, seed, signal: t.signal, progress: () => {} })
    assert.deepEqual(failures, [])
    assert.equal(done, size)
  })
}

const [way] = HOST_WAYS
const cell = { way: way as NonNullable<typeof way>, rounds: 2, eager: false } // there are some

test("what leaves a task, ends by another error, or loses its cancellation is found out", async () => {
  const forgetful = async (): Promise<{ wait: () => Promise<unknown> }> => ({
    wait: async () => {
      asyncio.getRunningLoop().callLater(3600, () => undefined)
      return asyncio.sleep(60)
    },
  })
  await assert.rejects(runHostCell({ ...cell, operation: forgetful, patience: 0.01 }), /timers that are left/)
  const other = { wait: () => asyncio.sleep(60).catch(() => Promise.reject(new RangeError("other"))) }
  await assert.rejects(runHostCell({ ...cell, operation: () => other }), /it failed with RangeError: other/)
  const deaf = { wait: () => asyncio.sleep(60).catch(() => new asyncio.Future()) }
  await assert.rejects(runHostCell({ ...cell, operation: () => deaf, patience: 0.01 }), /it does not end/)
})

test("an operation that is always over before it is cancelled is not told as one that can be", async () => {
  const quick = async (): Promise<{ wait: () => Promise<unknown> }> => ({ wait: () => asyncio.sleep(0) })
  const cells = [10, 20].map((rounds) => ({ name: `quick: after ${rounds} rounds of the host`, run: () => runHostCell({ ...cell, rounds, operation: quick }) }))
  const { done, failures, untried } = await sweep(cells, { size: 2, seed: 1, signal: new AbortController().signal, progress: () => {} })
  assert.deepEqual([done, failures, untried], [2, [], ["to cancel quick: it had always come to its end"]])
})
