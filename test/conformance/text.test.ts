import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { pythonText, what } from "../../conformance/python-text.ts"

describe("an operation as text", () => {
  it("joins its name and its scalar arguments", () => {
    assert.equal(what(["put_nowait", 1, 43]), "put_nowait 1 43")
    assert.equal(what(["var_get"]), "var_get")
    assert.equal(what(["release", "bsem", 0]), "release bsem 0")
  })

  it("writes None, True and False as Python does", () => {
    assert.equal(what(["cancel", "t1", null]), "cancel t1 None")
    assert.equal(what(["shutdown", 0, true]), "shutdown 0 True")
    assert.equal(what(["shutdown", 1, false]), "shutdown 1 False")
    assert.equal(pythonText(undefined), "None")
  })

  it("leaves lists out", () => {
    assert.equal(what(["call_later", 147, ["set", 1]]), "call_later 147")
    assert.equal(what(["call_soon", ["set", 1]]), "call_soon")
  })
})
