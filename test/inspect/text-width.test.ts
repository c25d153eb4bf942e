import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { fit, fitEnd, printable, widthOf } from "#src/inspect/text-width.ts"

describe("the width of a text", () => {
  it("counts the columns of a terminal", () => {
    assert.deepEqual(["tea", "", "é", "e\u0301", "日本", "한글", "🍵", "├─┤", "✓ ×"].map(widthOf), [3, 0, 1, 1, 4, 4, 2, 3, 3])
  })

  it("is the same for most texts, which it does not look at closely", () => {
    const narrow = Array.from({ length: 0x2600 }, (_, code) => String.fromCodePoint(code)).filter((character) => /[ -~…\u2500-\u257f]/.test(character))
    assert.equal(narrow.length, 95 + 1 + 128)
    const closely = (text: string): number => widthOf(`${text}é`) - 1
    assert.deepEqual(narrow.map(widthOf), narrow.map(closely))
    assert.deepEqual(narrow.map(printable), narrow)
  })

  it("is what fit makes it", () => {
    assert.deepEqual(
      [fit("tea", 5), fit("tea", 3), fit("teapot", 4), fit("日本語", 4), fit("日本語", 5), fit("tea", 1), fit("tea", 0)],
      ["tea  ", "tea", "tea…", "日… ", "日本…", "…", ""],
    )
  })

  it("is what fitEnd makes it, which keeps the end", () => {
    assert.deepEqual([fitEnd("tea", 5), fitEnd("teapot", 4), fitEnd("日本語", 4), fitEnd("日本語", 5), fitEnd("tea", 0)], ["tea  ", "…pot", "…語 ", "…本語", ""])
  })

  it("counts nothing that moves the cursor, since that is taken out", () => {
    assert.equal(printable("a\x1b[2J\r\nb\u202ec\u2028d"), "a [2J  b c d")
  })
})
