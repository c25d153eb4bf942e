import assert from "node:assert/strict"
import { test } from "node:test"
import {
  checkFunction,
  checkInteger,
  checkSeconds,
  describe,
  isThenable,
  refuseThenable,
} from "#src/structures/arguments.ts"
import { thrownBy } from "../support/record.ts"

test("describe shows a value shortly", () => {
  class Weather {}
  const named = function brew(): void {}
  const table: [unknown, string][] = [
    [5, "5"],
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
    [10n, "10"],
    [Symbol("s"), "Symbol(s)"],
    ["text", '"text"'],
    ["x".repeat(40), `"${"x".repeat(40)}"`],
    ["x".repeat(41), `"${"x".repeat(40)}…"`],
    [named, "function brew"],
    [() => undefined, "function (anonymous)"],
    [{}, "an Object"],
    [[], "an Array"],
    [new Weather(), "a Weather"],
    [Object.create(null), "an object"],
  ]
  for (const [value, text] of table) assert.equal(describe(value), text)
})

test("describe never throws, whatever the value does", () => {
  const hostile = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error("hostile")
      },
    },
  )
  assert.equal(describe(hostile), "an object")
})

test("seconds are any number but NaN", () => {
  for (const good of [0, -1, 0.5, Infinity, -Infinity]) checkSeconds(good, "the delay")
  const nan = thrownBy(() => checkSeconds(NaN, "the delay of sleep"))
  assert.ok(nan instanceof RangeError)
  assert.equal(nan.message, "the delay of sleep is NaN (not a number); give seconds, such as 0.5")
  for (const wrong of ["1", null, undefined, 1n, {}]) {
    const error = thrownBy(() => checkSeconds(wrong as never, "the delay"))
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /^the delay is a number of seconds, but .+ was given$/)
  }
})

test("an integer is whole and not below its least", () => {
  checkInteger(0, "the count", 0)
  checkInteger(7, "the count", 1)
  assert.ok(thrownBy(() => checkInteger(0, "the count", 1)) instanceof RangeError)
  assert.equal(thrownBy(() => checkInteger(-1, "the count", 0)).message, "the count must be at least 0, but is -1")
  for (const wrong of [1.5, NaN, Infinity, "1", null]) {
    assert.match(thrownBy(() => checkInteger(wrong as never, "the count", 0)).message, /^the count is a whole number, but/)
    assert.ok(thrownBy(() => checkInteger(wrong as never, "the count", 0)) instanceof TypeError)
  }
})

test("a function is needed where one is called", () => {
  checkFunction(() => undefined, "the body")
  const error = thrownBy(() => checkFunction("run", "the body"))
  assert.ok(error instanceof TypeError)
  assert.equal(error.message, 'the body is a function, but "run" was given')
})

test("what has a then is a thenable, also a function, and nothing else is", () => {
  const callable = Object.assign(() => undefined, { then: () => undefined })
  for (const thenable of [Promise.resolve(), { then: () => undefined }, callable]) assert.equal(isThenable(thenable), true)
  for (const other of [null, undefined, 1, "then", {}, { then: 1 }, () => undefined]) assert.equal(isThenable(other), false)
})

test("a thenable is refused with a way out", () => {
  refuseThenable({ promise: Promise.resolve() }, "a result")
  const error = thrownBy(() => refuseThenable(Promise.resolve(), "a result"))
  assert.ok(error instanceof TypeError)
  assert.match(error.message, /^a result cannot be a Promise: .*Put it in an object/)
})
