import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { RecorderTexts } from "#src/inspect/recorder-texts.ts"

/** More than are kept. */
const MANY = 20_000

describe("the texts of a recorder", () => {
  it("are found by their number, also a text that others of its length come between", () => {
    const texts = new RecorderTexts()
    for (const text of ["cup", "pot", "cup", "kettle", "pot"]) assert.equal(texts.at(texts.of(text)), text)
    assert.equal(texts.of("cup"), texts.of("cup"))
  })

  it("keep one that is in use, however many others come between, of its length or not", () => {
    const texts = new RecorderTexts()
    for (let count = 0; count < MANY; count += 1) {
      const number = texts.of("in use")
      texts.of(`${count}`)
      texts.of(`${count} of many`)
      assert.equal(texts.at(number), "in use", `after ${count}`)
      assert.equal(texts.at(texts.of("in use")), "in use", `after ${count}`)
    }
  })

  it("forget one that is not, and shorten a long one", () => {
    const texts = new RecorderTexts()
    const old = texts.of("old")
    for (let count = 0; count < MANY; count += 1) texts.of(`text ${count}`)
    assert.notEqual(texts.at(old), "old")
    assert.equal(texts.at(texts.of("x".repeat(1000))), "x".repeat(200))
  })
})
