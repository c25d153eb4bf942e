/**
 * Eight faults of a network × twelve operations × four moments of cancellation × TCP and TLS:
 * 768 cells. `npm test` runs an eighth of them, by SEED; TEST_SYSTEM=1 runs all.
 */
import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { needs } from "../support/needs.ts"
import { firstSeed } from "../support/random.ts"
import { FAULTS, OPERATIONS } from "./expected.ts"
import { CANCELS, runCell, TRANSPORTS, type CellName } from "./run-cell.ts"
import { startUpstream, type Ports } from "./upstream.ts"

const cells: CellName[] = FAULTS.flatMap((fault) =>
  OPERATIONS.flatMap((operation) => CANCELS.flatMap((cancel) => TRANSPORTS.map((transport) => ({ fault, operation, cancel, transport })))),
)
const only = process.env["CELL"]
const seed = firstSeed()
let ports: Ports

before(async () => {
  ports = await startUpstream()
})
after(() => ports.close())

describe("each operation ends as expected, on time and with nothing left open", { skip: needs("openssl", "openssl") }, () => {
  assert.equal(cells.length, 768)
  for (const operation of OPERATIONS) {
    for (const transport of TRANSPORTS) {
      test(`${operation} over ${transport}`, { timeout: 100_000 }, async (t) => {
        t.diagnostic(`SEED=${seed}`)
        const mine = chosen(cells.filter((cell) => cell.operation === operation && cell.transport === transport))
        const problems: string[] = []
        await asyncio.run(async () => {
          for (const cell of mine) {
            for (const problem of await runCell(cell, ports)) problems.push(`${cell.fault}, cancel ${cell.cancel}: ${problem}`)
          }
        })
        assert.deepEqual(problems, [], `of ${mine.length} cells`)
      })
    }
  }
})

function chosen(all: CellName[]): CellName[] {
  if (only !== undefined) return all.filter((cell) => `${cell.fault}/${cell.cancel}` === only)
  if (process.env["TEST_SYSTEM"] === "1") return all
  return all.filter((_, index) => index % 8 === seed % 8)
}
