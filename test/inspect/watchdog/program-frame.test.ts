import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { nameOfCall, programFrame, type RunningFrame } from "#src/inspect/watchdog/program-frame.ts"

const HOME = ["/lib/asyncio-ts/dist/"]
const SHOP = "file:///shop/main.ts"

function frame(name: string, file = "", type?: string): RunningFrame {
  return { name, file, line: 7, column: 3, ...(type === undefined ? {} : { type }) }
}

/** What is found, as `function calls call`. */
function found(frames: readonly RunningFrame[], calls?: readonly string[]): string {
  const program = programFrame(frames, HOME, calls)
  return program === undefined ? "nothing" : `${program.frame.name} calls ${program.call ?? "nothing"}`
}

describe("the program's function among those that run", () => {
  it("is the innermost that is not Node's, the engine's, a package's or this library's", () => {
    const frames = [
      frame("tryReadSync", "node:fs"),
      frame("readFileSync", "node:fs", "Object"),
      frame("load", SHOP),
      frame("resume", "file:///lib/asyncio-ts/dist/node/core.js"),
      frame("main", SHOP),
    ]
    assert.equal(found(frames), "load calls fs.readFileSync")
  })

  it("is a package's where nothing of the program runs, and none where only Node does", () => {
    const hash = frame("hashSync", "/shop/node_modules/bcryptjs/index.js")
    assert.equal(found([hash, frame("processTimers", "node:internal/timers")]), "hashSync calls nothing")
    assert.equal(found([hash, frame("signUp", SHOP)]), "signUp calls hashSync of bcryptjs")
    assert.equal(found([frame("processTimers", "node:internal/timers")]), "nothing")
    assert.equal(found([]), "nothing")
  })

  it("is the one that sorts or parses, not what that calls again and again", () => {
    const sort = [frame("collate", SHOP), frame("", SHOP), frame("sort", "", "Array"), frame("menu", SHOP)]
    assert.equal(found(sort), "menu calls Array.sort")
    assert.equal(found([frame("", SHOP), frame("parse", "", "JSON"), frame("load", SHOP)]), "load calls JSON.parse")
    assert.equal(found([frame("", SHOP), frame("sort", "", "Float64Array"), frame("load", SHOP)]), "load calls Float64Array.sort")
    assert.equal(found([frame("price", SHOP), frame("map", "", "Array"), frame("menu", SHOP)]), "price calls nothing")
  })

  it("calls what this library stands in the place of", () => {
    const ours = "file:///lib/asyncio-ts/dist/node/inspect.js"
    assert.equal(
      found([frame("encodeInto", "node:internal/encoding"), frame("begin", ours), frame("parse", ours), frame("load", SHOP)], ["fs.readSync", "JSON.parse"]),
      "load calls JSON.parse",
    )
    assert.equal(found([frame("sort", "", "Array"), frame("apply", "", "Reflect"), frame("sort", ours), frame("menu", SHOP)], ["Array.sort"]), "menu calls Array.sort")
  })

  it("calls things by the names that programs give them", () => {
    assert.equal(nameOfCall(frame("test", "", "RegExp")), "RegExp.test")
    assert.equal(nameOfCall(frame("pbkdf2Sync", "node:internal/crypto/pbkdf2")), "crypto.pbkdf2Sync")
    assert.equal(nameOfCall(frame("execSync", "node:child_process")), "child_process.execSync")
    assert.equal(nameOfCall(frame("concat", "node:buffer")), "Buffer.concat")
    assert.equal(nameOfCall(frame("render", "/a/node_modules/@tea/pot/x.js")), "render of @tea/pot")
  })
})
