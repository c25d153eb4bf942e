import assert from "node:assert/strict"
import { before, describe, it } from "node:test"

const skip = process.env["TEST_SYSTEM"] === undefined ? "runs with TEST_SYSTEM=1" : false

type Strip = (source: string, addressOf: (specifier: string) => string | undefined, known: readonly string[]) => string

let strip: Strip

/** A program that may import asyncio-ts alone, as the worker gets it. */
function stripped(source: string): string {
  return strip(source, (specifier) => (specifier === "asyncio-ts" ? "https://tea/asyncio.js" : undefined), ["asyncio-ts"])
}

describe("the types of a program are stripped, and", { skip }, () => {
  before(async () => {
    // What these files export, which need the playground's packages and are no part of the project's own types.
    const { install } = (await import(new URL("../../tools/install.mjs", import.meta.url).href)) as { install: (folder: string) => void }
    install(new URL("../../playground", import.meta.url).pathname)
    ;({ stripTypes: strip } = (await import(new URL("../../playground/src/strip-types.ts", import.meta.url).href)) as { stripTypes: Strip })
  })

  for (const source of ['import * as a from "asyncio-ts"; a', 'import "asyncio-ts"', 'export { sleep } from "asyncio-ts"', 'export * from "asyncio-ts"', 'const a = await import("asyncio-ts")']) {
    it(`${source} has the address of the module`, () => {
      assert.equal(stripped(source).trim(), source.replace("asyncio-ts", "https://tea/asyncio.js"))
    })
  }

  for (const source of ['export default "asyncio-ts"', 'console.log("asyncio-ts", "from", "tea")', 'export const tea = "asyncio-ts"']) {
    it(`${source} is as it was`, () => {
      assert.equal(stripped(source).trim(), source)
    })
  }

  it("what a browser has not is refused with its line, however it is imported", () => {
    for (const source of ['import "node:fs"', 'await import("node:fs")', 'export * from "node:fs"']) {
      assert.throws(() => stripped(`\n${source}`), { name: "ImportError", message: /^node:fs is not to be had in a browser/, line: 2 })
    }
  })
})
