import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { cut, declarationText, firstSentence, missingModule, mistakeText } from "../../playground/src/types/plain-words.ts"

describe("what TypeScript says, for the page", () => {
  it("is of a comment its first sentence, without links and without the example that follows", () => {
    assert.equal(firstSentence("Waits for\nall. Then goes on.\n\nMore."), "Waits for all.")
    assert.equal(firstSentence("Takes 0.5 s"), "Takes 0.5 s")
    assert.equal(firstSentence("Makes a coroutine function:\n\n```ts\n```"), "Makes a coroutine function.")
    assert.equal(firstSentence("As {@link gather}, and {@link sleep | a nap}."), "As gather, and a nap.")
    assert.equal(firstSentence(""), "")
    assert.equal(firstSentence("</script><b>tea</b>"), "</script><b>tea</b>")
  })

  it("is never longer than somebody reads in passing", () => {
    assert.equal(cut("x".repeat(1_000_000)).length, 1001)
    assert.equal(declarationText("x".repeat(1_000_000)).length, 1001)
    assert.equal(firstSentence("x ".repeat(500_000)).length, 1001)
  })

  it("names modules as programs import them, wherever the build keeps their declarations", () => {
    assert.equal(mistakeText(`Property 'tea' does not exist on type 'typeof import("/node_modules/asyncio-ts/src/browser")'.`), `Property 'tea' does not exist on type 'typeof import("asyncio-ts")'.`)
    assert.equal(mistakeText(`Namespace '"/node_modules/asyncio-ts/src/flow/browser"' has no exported member 'Tea'.`), `Namespace '"asyncio-ts/flow"' has no exported member 'Tea'.`)
    assert.equal(mistakeText(`Module '"/node_modules/asyncio-ts/playground/src/library/testing"' has no exported member 'tea'.`), `Module '"asyncio-ts/testing"' has no exported member 'tea'.`)
  })

  it("gives no advice to install what cannot be installed", () => {
    assert.equal(mistakeText("Cannot find name 'process'. Do you need to install type definitions for node? Try `npm i --save-dev @types/node`."), "Cannot find name 'process'.")
    assert.equal(missingModule("Cannot find module 'node:fs' or its corresponding type declarations."), "node:fs")
    assert.equal(missingModule("Cannot find module or type declarations for side-effect import of 'fs'."), "fs")
    assert.equal(missingModule("Cannot find module './tea.ts' or its corresponding type declarations."), undefined)
    assert.equal(missingModule("Type 'string' is not assignable to type 'number'."), undefined)
  })

  it("is a declaration without how it came here", () => {
    assert.equal(declarationText("(alias) function gather(): void\nimport gather"), "function gather(): void")
    assert.equal(declarationText("(method) Array.at(index: number): number"), "(method) Array.at(index: number): number")
  })
})
