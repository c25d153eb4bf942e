import { describe, it } from "node:test"
import { explore } from "asyncio-ts/testing"
import { families } from "./families.ts"

const seed = Number(process.env["SEED"] ?? 1)
const runs = Number(process.env["RUNS"] ?? 100)

describe(`the primitives keep their promises in every schedule (SEED=${seed} RUNS=${runs})`, () => {
  for (const { name, options, program } of families) {
    for (const strategy of ["random", "pct"] as const) {
      it(`${name}, ${strategy}`, async () => {
        await explore(program, { ...options, strategy, seed, runs })
      })
    }
  }
})
