import assert from "node:assert/strict"
import { test } from "node:test"
import { parseJobs, parseWorker } from "#src/cli/worker-arguments.ts"

test("worker takes files and options, in any order, with or without an equals sign", () => {
  const command = parseWorker(["./a.ts", "--redis", "redis://h", "--concurrency=3", "./b.ts", "--grace", "0.5", "--json"])
  assert.ok(command !== "help")
  assert.deepEqual(command.modules, ["./a.ts", "./b.ts"])
  assert.deepEqual([command.redis, command.concurrency, command.grace, command.json, command.dashboard], ["redis://h", 3, 0.5, true, false])
})

test("modules may be given names, all or none", () => {
  const command = parseWorker(["cpu=./a.ts", "gpu=./b.ts"])
  assert.deepEqual(command !== "help" && command.modules, { cpu: "./a.ts", gpu: "./b.ts" })
  assert.throws(() => parseWorker(["cpu=./a.ts", "./b.ts"]), /give each module a name, or none: \.\/b\.ts has none/)
  assert.throws(() => parseWorker(["cpu=./a.ts", "cpu=./b.ts"]), /two modules are called 'cpu'/)
})

test("worker refuses what it does not know, and says what it takes", () => {
  assert.throws(() => parseWorker([]), /serves which modules/)
  assert.throws(() => parseWorker(["a.ts", "--speed"]), /unknown option --speed: worker takes --redis, --queue/)
  assert.throws(() => parseWorker(["a.ts", "--redis"]), /--redis takes a value, as in --redis VALUE/)
  assert.throws(() => parseWorker(["a.ts", "--grace", "-1"]), /--grace takes a number, not '-1'/)
  assert.throws(() => parseWorker(["a.ts", "--json=yes"]), /--json takes no value/)
  assert.equal(parseWorker(["--help"]), "help")
})

test("jobs shows, lists, repeats and forgets", () => {
  const command = parseJobs(["--every", "0.5"])
  assert.deepEqual(command !== "help" && [command.action, command.every, command.once], ["show", 0.5, false])
  const retry = parseJobs(["retry", "a", "b"])
  assert.deepEqual(retry !== "help" && [retry.action, retry.ids, retry.all], ["retry", ["a", "b"], false])
  assert.throws(() => parseJobs(["retry"]), /retry which jobs\? Give their IDs/)
  assert.throws(() => parseJobs(["failed", "a"]), /jobs failed takes no IDs/)
  assert.throws(() => parseJobs(["burn"]), /jobs cannot 'burn'/)
  assert.throws(() => parseJobs(["--every", "0"]), /--every takes seconds above 0/)
  assert.equal(parseJobs(["-h"]), "help")
})
