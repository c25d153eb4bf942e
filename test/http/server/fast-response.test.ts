import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { FastResponse } from "asyncio-ts/http"

describe("FastResponse", () => {
  it("is a Response, and leaves the platform's own where it was", async () => {
    const fast = new FastResponse("tea", { status: 201, headers: { "x-kind": "black" } })
    assert.ok(fast instanceof Response)
    assert.deepEqual([fast.status, fast.ok, fast.headers.get("x-kind"), await fast.text()], [201, true, "black", "tea"])
    const plain = new Response("tea")
    assert.ok(plain instanceof Response && !(plain instanceof FastResponse))
    assert.match(Function.prototype.toString.call(Response), /webidl|brandCheck|Response/)
    assert.ok((await fetch("data:,tea")) instanceof Response)
  })

  it("takes every kind of body", async () => {
    const bytes = new TextEncoder().encode("tea")
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield bytes
    }
    const bodies = ["tea", bytes, bytes.buffer, new Blob(["tea"]), new URLSearchParams("tea"), new Blob(["tea"]).stream(), pieces()]
    for (const body of bodies) assert.match(await new FastResponse(body as never).text(), /^tea=?$/)
    assert.equal(new FastResponse(null, { status: 204 }).body, null)
  })

  it("refuses a status and headers as Response does, where it is made", () => {
    for (const status of [204, 205, 304]) assert.throws(() => new FastResponse("tea", { status }), /has no body/)
    assert.throws(() => new FastResponse("tea", { headers: [["x-kind", "black\r\nx-evil: 1"]] }), TypeError)
    assert.equal(new FastResponse("tea", { headers: [["x-kind", "black"]] }).headers.get("x-kind"), "black")
    for (const status of [99, 199, 600, Number.NaN]) assert.throws(() => new FastResponse("", { status }), RangeError)
    assert.throws(() => new FastResponse("", { headers: { "x-name": "a\r\nb" } }), TypeError)
    assert.throws(() => new FastResponse("", { headers: { "x name": "a" } }), TypeError)
  })

  it("has its own json", async () => {
    const fast = FastResponse.json({ cups: 2 }, { status: 202, headers: { "x-kind": "black" } })
    assert.deepEqual([fast.status, fast.headers.get("content-type"), fast.headers.get("x-kind"), await fast.json()], [202, "application/json", "black", { cups: 2 }])
    assert.equal(FastResponse.json(1).headers.get("content-type"), "application/json")
    assert.throws(() => FastResponse.json(undefined), TypeError)
  })
})
