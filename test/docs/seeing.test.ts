import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { hang, shown, slow } from "./walks.ts"

/** Node tells where code awaits from version 26 on. */
const TELLS_LINES = Number.parseInt(process.versions.node, 10) >= 26

/** Without what differs from run to run: times, the version of Node, and how columns fall; places apart. */
function shapeOf(text: string): string {
  return text
    .replace(/~?hangs\.ts:\d+/g, "PLACE")
    .replace(/\d+(\.\d+)? (s|ms|µs|min)\b/g, "TIME")
    .replace(/\d+(\.\d+)? %/g, "N %")
    .replace(/v\d+\.\d+\.\d+/, "VERSION")
    .replace(/\s+/g, " ")
    .trim()
}

/** The places that stand in a text, save those that were not taken in time. */
function placesIn(text: string, file: string): string[] {
  return [...text.matchAll(new RegExp(`(~?)${file.replace(".", "\\.")}:(\\d+)`, "g"))].flatMap(([place, guessed]) => (guessed === "" ? [place] : []))
}

describe("the walks of docs/seeing.md", { concurrency: 2 }, () => {
  it("finds with ps alone why a program hangs", async () => {
    const { out, code } = await hang()
    const page = shown("hang").out
    assert.equal(code, 0, out)
    assert.equal(shapeOf(out), shapeOf(page))
    for (const [who, lock, holder] of [["payer", "shelf", "stock"], ["stock", "till", "payer"]]) {
      assert.match(out, new RegExp(`${who} +lock '${lock}', held by '${holder}' for [\\d.]+ m?s, 1st in line`))
    }
    assert.match(out, /a deadlock/)
    const known = new Set(placesIn(page, "hangs.ts"))
    if (TELLS_LINES) assert.deepEqual(placesIn(out, "hangs.ts").filter((place) => !known.has(place)), [])
  })

  it("finds with doctor alone why a program is slow", async () => {
    const { out, code } = await slow()
    const page = shown("slow").out
    assert.match(out, /^the page shows the prices, the stock, the reviews$/m)
    const verdict = (text: string): string | undefined => /^([A-Z][\w/ -]*):/m.exec(text)?.[1]
    assert.ok(verdict(page) !== undefined)
    assert.equal(verdict(out), verdict(page), out)
    if (TELLS_LINES) assert.deepEqual(placesIn(out, "slow.ts"), placesIn(page, "slow.ts"))
    assert.ok(code === 0 || code === 3, String(code))
  })
})
