import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { ADVICE, adviceFor, isKnown } from "#src/inspect/watchdog/advice.ts"
import { SLOW_CALLS } from "#src/inspect/watchdog/slow-calls-node.ts"

describe("the advice against a call that blocks", () => {
  it("names the asynchronous twin, or a worker", () => {
    const cases: [call: string, says: RegExp][] = [
      ["fs.readFileSync", /await files\.readText\(path\)/],
      ["fs.appendFileSync", /await files\.write\(path, data\)/],
      ["fs.rmSync", /node:fs\/promises/],
      ["child_process.execSync", /await createSubprocessExec\(/],
      ["crypto.pbkdf2Sync", /without Sync/],
      ["crypto.createHash", /pieces/],
      ["zlib.brotliCompressSync", /without Sync/],
      ["JSON.parse", /await toThread\(\(text\) => JSON\.parse/],
      ["RegExp.test", /repetition/],
      ["String.replace", /repetition/],
      ["Array.sort", /await toThread\(sorted, items\)/],
      ["Float64Array.sort", /await toThread\(sorted, items\)/],
      ["Atomics.wait", /Atomics\.waitAsync/],
      ["structuredClone", /SharedArrayBuffer/],
      ["hashSync of bcryptjs", /without Sync/],
      ["render of @tea/pot", /await toThread/],
    ]
    for (const [call, says] of cases) assert.match(adviceFor(call, "load") ?? "", says, call)
  })

  it("has code for a function of the program that computes", () => {
    assert.match(adviceFor(undefined, "fib") ?? "", /await toThread\(fib, …\).*await sleep\(0\)/)
    assert.match(adviceFor(undefined, "") ?? "", /await toThread\(compute, …\)/)
    assert.match(adviceFor("clock", "Shop.brew") ?? "", /await toThread\(compute, …\)/)
    assert.equal(adviceFor(undefined, undefined), undefined)
  })

  it("is there for every call that is written down", () => {
    for (const { name } of SLOW_CALLS) assert.ok(isKnown(name) || name === "v8.writeHeapSnapshot", name)
  })

  it("has no row that another hides", () => {
    const calls = ["fs.readFileSync", "fs.writeFileSync", "fs.readSync", "fs.rmSync", "child_process.execSync", "crypto.scryptSync", "crypto.randomBytes", "Hash.update", "zlib.gzipSync", "JSON.parse", "structuredClone", "RegExp.exec", "Array.sort", "Atomics.wait", "Buffer.concat", "Array.map", "runSync", "tea of pot"]
    const used = new Set(calls.map((call) => ADVICE.find((advice) => advice.call.test(call))))
    assert.equal(used.size, ADVICE.length)
  })
})
