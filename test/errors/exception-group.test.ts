import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { thrownBy } from "../support/record.ts"

const { ExceptionGroup } = asyncio
const type = new TypeError("type")
const range = new RangeError("range")
const plain = new Error("plain")

/** A group as nested lists of messages. */
function shape(group: asyncio.ExceptionGroup | undefined): unknown {
  return group?.errors.map((error: unknown) => (error instanceof ExceptionGroup ? shape(error) : (error as Error).message))
}

test("it is an AggregateError that lists its errors in its message", () => {
  const group = new ExceptionGroup("two things", [type, "text", Object.create(null)])
  assert.ok(group instanceof AggregateError)
  assert.equal(group.title, "two things")
  assert.equal(group.message, 'two things (3 errors): TypeError: type; "text"; an object')
  assert.equal(new ExceptionGroup("one thing", [plain]).message, "one thing (1 error): Error: plain")
  assert.equal(group.errors[0], type)
})

test("it takes any iterable, keeps a copy, and refuses to be empty", () => {
  const errors = new Set([type])
  const group = new ExceptionGroup("set", errors)
  errors.clear()
  assert.deepEqual(group.errors, [type])
  assert.ok(thrownBy(() => new ExceptionGroup("none", [])) instanceof RangeError)
})

const nested = new ExceptionGroup("outer", [type, new ExceptionGroup("inner", [range, plain]), range])

test("split parts it by class or predicate, with the nesting kept", () => {
  const [ranges, rest] = nested.split(RangeError)
  assert.deepEqual([shape(ranges), shape(rest)], [[["range"], "range"], ["type", ["plain"]]])
  assert.deepEqual([ranges?.title, (ranges?.errors[0] as asyncio.ExceptionGroup | undefined)?.title], ["outer", "inner"])
  const byMessage = nested.split((error) => (error as Error).message === "type")
  assert.deepEqual(byMessage.map(shape), [["type"], [["range", "plain"], "range"]])
})

test("split where all match, or none does", () => {
  const all = nested.split((error) => error instanceof Error)
  assert.deepEqual(all.map(shape), [["type", ["range", "plain"], "range"], undefined])
  assert.deepEqual(nested.split(SyntaxError).map(shape), [undefined, ["type", ["range", "plain"], "range"]])
})

test("a class may match groups as a whole", () => {
  assert.deepEqual(nested.split(ExceptionGroup), [nested, undefined])
  assert.deepEqual(nested.split(Error), [nested, undefined])
  assert.equal(nested.subgroup(AggregateError), nested)
})

test("a predicate written with function is called, not taken for a class", () => {
  const predicate = function (error: unknown): boolean {
    return error === plain
  }
  assert.deepEqual(shape(nested.subgroup(predicate)), [["plain"]])
})

test("subgroup gives the part that matches, or undefined", () => {
  assert.deepEqual(shape(nested.subgroup(TypeError)), ["type"])
  assert.equal(nested.subgroup(SyntaxError), undefined)
})

test("the parts keep the cause", () => {
  const group = new ExceptionGroup("caused", [type, range], { cause: plain })
  assert.equal(group.cause, plain)
  for (const part of group.split(TypeError)) assert.equal(part?.cause, plain)
  assert.equal("cause" in (nested.subgroup(TypeError) ?? {}), false)
})
