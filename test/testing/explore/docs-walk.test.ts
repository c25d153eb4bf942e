import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { explore } from "asyncio-ts/testing"
import { block, find, versions } from "./docs-walk.ts"

/** Node tells where code awaits from version 26 on. */
const TELLS_LINES = Number.parseInt(process.versions.node, 10) >= 26

const told = (text: string): string => (TELLS_LINES ? text : text.replaceAll(/ {2}\(\w+\.ts:\d+\)/g, "")).trim()

describe("the bug of docs/testing.md", () => {
  it("is found as the page says, mended, found once more, and mended", async () => {
    const [first, second, third] = await versions()
    assert.equal(told((await find(first)).message), told(block("finds: first")))
    assert.equal(told((await find(second)).message), told(block("finds: second")))
    await explore(third, { cancellations: 2 })
  })
})
