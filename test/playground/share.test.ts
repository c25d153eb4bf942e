import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { hashOf, sharedIn } from "../../playground/src/share.ts"
import { Random } from "../support/random.ts"

const SEED = Number(process.env["SEED"] ?? Date.now() % 1e6)
const LETTERS = ["a", "\n", "é", "茶", "🍵", "+", "/", "=", "&", "#", "%", '"', "\\"]

describe("a shared link", () => {
  it("gives any program and its clock back", async (t) => {
    t.diagnostic(`SEED=${SEED}`)
    const random = new Random(SEED)
    for (let round = 0; round < 50; round += 1) {
      const code = Array.from({ length: random.below(300) }, () => random.pick(LETTERS)).join("")
      const clock = random.pick(["virtual", "real"] as const)
      const hash = await hashOf({ code, clock })
      assert.match(hash, /^#code=[\w-]*&clock=(?:virtual|real)$/)
      assert.deepEqual(await sharedIn(hash), { code, clock })
    }
  })

  it("names an example", async () => {
    const hash = await hashOf({ example: "restaurant" })
    assert.equal(hash, "#example=restaurant")
    assert.deepEqual(await sharedIn(hash), { example: "restaurant" })
    assert.deepEqual(await sharedIn(""), {})
  })

  it("says that it was cut short, and does not unpack without end", async () => {
    const hash = await hashOf({ code: "console.log(1)\n".repeat(20) })
    await assert.rejects(sharedIn(hash.slice(0, -8)), /cut short/)
    await assert.rejects(sharedIn("#code=!!!"), /cut short/)
    await assert.rejects(sharedIn(await hashOf({ code: "x".repeat(2_000_000) })), /cut short/)
  })
})
