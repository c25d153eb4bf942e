import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { cancellationIn, isCancellation } from "#src/errors/cancelled-error.ts"
import { virtual } from "../support/virtual.ts"
import { fate, ticks } from "../support/record.ts"

test("it says who asked, why and where, as far as that is known", () => {
  const texts: [unknown, { requestedBy?: string; requestedAt?: string }, string][] = [
    [undefined, {}, "cancelled"],
    ["too slow", {}, "cancelled: too slow"],
    [undefined, { requestedBy: "task 'main'" }, "cancelled by task 'main'"],
    ["too slow", { requestedBy: "a timeout" }, "cancelled by a timeout: too slow"],
    [7, { requestedAt: "at main.ts:3" }, "cancelled: 7\n    asked at main.ts:3"],
    [new Error("boom"), {}, "cancelled: Error: boom"],
    [Symbol("s"), {}, "cancelled: Symbol(s)"],
    [null, {}, "cancelled: null"],
    [{ code: 1 }, {}, "cancelled: an Object"],
    [Object.create(null), {}, "cancelled: an object"],
    [Object.assign(() => 1, { toString: () => Object.create(null) as string }), {}, "cancelled: function (anonymous)"],
  ]
  for (const [message, details, text] of texts) {
    const error = new asyncio.CancelledError(message, details)
    assert.equal(error.message, text)
    assert.equal(error.reason, message)
    assert.equal(error.requestedBy, details.requestedBy)
    assert.equal(error.requestedAt, details.requestedAt)
  }
})

test("it knows whether it was made for a request", () => {
  const request = { requestedBy: "somebody" }
  const { madeFor } = asyncio.CancelledError
  const error = new asyncio.CancelledError(undefined, request)
  assert.equal(madeFor(error, request), true)
  assert.equal(madeFor(error, { ...request }), false)
  for (const other of [new Error("other"), null, undefined, "text"]) assert.equal(madeFor(other, request), false)
})

const cancelled = new asyncio.CancelledError("why")
const suppressed = (error: unknown): Error =>
  Object.assign(new Error("suppressed"), { name: "SuppressedError", error, suppressed: new Error("first") })
const aborted = (cause: unknown): Error => Object.assign(new Error("aborted", { cause }), { name: "AbortError" })

test("the disguises that JavaScript puts on a cancellation are seen through", () => {
  const disguises = [
    cancelled,
    suppressed(cancelled),
    suppressed(suppressed(cancelled)),
    aborted(cancelled),
    new AggregateError([cancelled, cancelled]),
    new AggregateError([cancelled, suppressed(cancelled)]),
  ]
  for (const error of disguises) {
    assert.equal(isCancellation(error), true, String(error))
    assert.equal(cancellationIn(error), cancelled)
  }
})

test("other errors are no cancellations, even when there is one among them", () => {
  const others = [
    new Error("plain"),
    new Error("with a cause", { cause: cancelled }),
    new AggregateError([]),
    new AggregateError([cancelled, new Error("plain")]),
    suppressed(new Error("plain")),
    aborted(new Error("plain")),
    aborted(undefined),
    { name: "AbortError", cause: cancelled },
    { name: "SuppressedError", error: cancelled },
    "CancelledError",
    null,
    undefined,
  ]
  for (const error of others) assert.equal(isCancellation(error), false, String(error))
})

test("an error that cannot be looked at is no cancellation, and keeps nobody from asking", () => {
  const hostile = (name: string): Error =>
    Object.defineProperty(new Error("hostile"), name, {
      get() {
        throw new Error("hands off")
      },
    })
  assert.equal(isCancellation(hostile("name")), false)
  const circle = suppressed(undefined)
  assert.equal(isCancellation(Object.assign(circle, { error: circle })), false)
})

virtual("whatever is given to cancel arrives, also an object that cannot be shown", async () => {
  const reason = Object.create(null) as object
  const task = asyncio.createTask(() => asyncio.sleep(1))
  await ticks(1)
  task.cancel(reason)
  await ticks(2)
  assert.equal(fate(task), "cancelled")
  const again = asyncio.createTask(async () => {
    try {
      await asyncio.sleep(1)
    } catch (error) {
      return (error as asyncio.CancelledError).reason
    }
    return undefined
  })
  await ticks(1)
  again.cancel(reason)
  assert.equal(await again, reason)
})
