import assert from "node:assert/strict"
import { test } from "node:test"
import { moduleName } from "#src/executors/distributed/module-name.ts"
import { failureHead, failureText, jobName, readFailure, relayNamespace, splitJobName } from "#src/executors/distributed/job-data.ts"
import { decodeValue, encodeValue } from "#src/executors/distributed/payload.ts"
import { redisTarget } from "#src/executors/distributed/redis-address.ts"
import { readProgress, writeProgress } from "#src/executors/distributed/remote-progress.ts"
import { random, type Random } from "../../support/random.ts"

random("any value that can be cloned comes back as it was", 300, (random) => {
  const made = value(random, 4)
  assert.deepEqual(decodeValue(encodeValue(made, Infinity, "", [made])), made)
})

function value(random: Random, depth: number): unknown {
  const inside = (): unknown => value(random, depth - 1)
  const some = <T>(make: () => T): T[] => Array.from({ length: random.below(4) }, make)
  const plain = [0, -0, NaN, -Infinity, 1.5, "", "ä☕\n\0", true, null, undefined, 2n ** 80n, new Date(7), /x/gi, new Uint8Array([1, 255]), new Float64Array([0.1]), new ArrayBuffer(2)]
  if (depth === 0) return random.pick(plain)
  return random.pick<() => unknown>([
    () => random.pick(plain),
    () => some(inside),
    () => Object.fromEntries(some(() => [`key ${random.below(9)}`, inside()])),
    () => new Map(some(() => [inside(), inside()])),
    () => new Set(some(inside)),
  ])()
}

test("a text that no executor has made is refused, and not taken for a value", () => {
  assert.throws(() => decodeValue("bm8gdmFsdWU="), /cannot be read: it was sent by another version of Node, or is damaged/)
})

test("a failure is words for people first, and the whole error after them", () => {
  const error = new RangeError("too\nfar", { cause: new Map([[1n, "x"]]) })
  const text = failureText(error)
  assert.equal(failureHead(text), "RangeError: too far")
  const read = readFailure(text, [])?.error
  assert.ok(read instanceof RangeError)
  assert.equal(read.message, "too\nfar")
  assert.deepEqual(read.cause, new Map([[1n, "x"]]))
  assert.equal(readFailure("job stalled more than allowable limit", []), undefined)
  assert.equal(failureHead("job stalled more than allowable limit"), "job stalled more than allowable limit")
})

test("what is thrown and is no error, or is beyond reason, is told as well", () => {
  assert.equal(readFailure(failureText("just text"), [])?.error, "just text")
  assert.equal(readFailure(failureText(undefined), [])?.error, undefined)
  const huge = new Error("x".repeat(3_000_000))
  assert.ok(failureHead(failureText(huge)).length < 400)
  assert.ok(failureText(huge).length < 3_000_000)
  assert.ok(readFailure(failureText(huge), [])?.error instanceof Error)
})

test("a job's name parts into module and export", () => {
  assert.deepEqual(splitJobName(jobName("my.tasks", "analyse")), { module: "my.tasks", name: "analyse" })
})

test("a module is named by its file, wherever that is", () => {
  assert.equal(moduleName(new URL("file:///a/b/my%20tasks/../tasks.ts?x=1#y")), "tasks")
  assert.equal(moduleName("C:\\jobs\\tasks.mjs"), "tasks")
  assert.equal(moduleName("tasks"), "tasks")
  assert.equal(moduleName("my.tasks.cts"), "my.tasks")
  for (const wrong of ["", "/", "a b.ts", 7, undefined]) assert.throws(() => moduleName(wrong as never), TypeError)
})

test("progress goes as it is where other tools can read it", () => {
  for (const plain of [0.5, "half", true]) assert.equal(writeProgress(plain, "job"), plain)
  const when = { at: new Date(0), of: [1n] }
  assert.deepEqual(readProgress(JSON.parse(JSON.stringify(writeProgress(when, "job")))), when)
  assert.ok(Number.isNaN(readProgress(JSON.parse(JSON.stringify(writeProgress(NaN, "job"))))))
  assert.equal(readProgress(0), 0)
  assert.throws(() => writeProgress(() => 1, "job"), /cannot report the progress of 'job': progress is a function/)
  assert.throws(() => writeProgress(new Uint8Array(100_000), "job"), RangeError)
})

test("an address is a URL or its parts, and messages never show the password", () => {
  assert.deepEqual(redisTarget("rediss://me:p%40ss@[::1]:7000/3", "x"), {
    where: "[::1]:7000",
    port: 7000,
    options: { host: "::1", port: 7000, db: 3, username: "me", password: "p@ss", tls: {} },
  })
  assert.deepEqual(redisTarget(undefined, "x").options, { host: "127.0.0.1", port: 6379, db: 0 })
  assert.deepEqual(redisTarget({ path: "/run/redis.sock" }, "x"), { where: "/run/redis.sock", port: undefined, options: { path: "/run/redis.sock", db: 0 } })
  assert.equal(redisTarget(new URL("valkey://host"), "x").where, "host:6379")
})

test("the namespace of the relay fits for any queue, and differs for each", () => {
  const names = ["a", "b", "ä ö/ü", "x".repeat(500), `${"x".repeat(500)}y`].map(relayNamespace)
  assert.equal(new Set(names).size, names.length)
  for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/)
})

test("a failure that nobody has made so is an error with its words, and settles the call", () => {
  for (const wire of ["", "AAAA", encodeValue(null, 1000, "", []), encodeValue({ thrown: { list: [{ error: 9 }] }, errors: [{}] }, 1000, "", [])]) {
    const read = readFailure(`Error: late\nasyncio-ts error: ${wire}`, undefined)?.error
    assert.ok(read instanceof Error)
    assert.match(read.message, /cannot be read but for its words: Error: late/)
  }
})

test("no message about the address of Redis has the password in it", () => {
  for (const given of ["redis:/user:a:s3cr3t@host", "http://user:s3/cr3t@host", "user:s3@cr3t@host", "redis://user:s3cr3t%zz@host", "redis:user:s3cr3t@host"]) {
    assert.throws(() => redisTarget(given, "an executor"), (error: Error) => error instanceof TypeError && !error.message.includes("s3"), given)
  }
})
