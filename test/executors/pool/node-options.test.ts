import assert from "node:assert/strict"
import { test } from "node:test"
import { inheritedOptions, withThreadOptions } from "#src/executors/pool/node-options.ts"

test("workers have the options of the process, without those that name what it runs or that only one can have", () => {
  const kept = (...options: string[]): string[] => inheritedOptions(options)
  assert.deepEqual(kept("--conditions=x", "--no-warnings", "--import", "./setup.mjs", "--expose-gc"), ["--conditions=x", "--no-warnings", "--import", "./setup.mjs", "--expose-gc"])
  assert.deepEqual(kept("--input-type=module", "-e", "run()", "--no-warnings"), ["--no-warnings"])
  assert.deepEqual(kept("--input-type", "module", "--eval", "run()", "-C", "x"), ["-C", "x"])
  assert.deepEqual(kept("-p", "1 + 1"), [])
  assert.deepEqual(kept("-pe", "1 + 1", "--no-warnings"), ["--no-warnings"])
  assert.deepEqual(kept("--inspect-brk=9230", "--inspect", "--test", "--test-timeout", "5", "--watch", "--no-warnings"), ["--no-warnings"])
  assert.deepEqual(kept("--test-coverage-exclude", "**/x", "--import", "./setup.mjs", "--test-global-setup", "./all.mjs"), ["--import", "./setup.mjs"])
})

test("a thread goes without the options that are the whole process's, but not without its own", () => {
  const refuse = (bad: string[]) => (options: string[]): string[] => {
    const found = options.filter((option) => bad.includes(option))
    if (found.length === 0) return options
    throw Object.assign(new Error(`Initiated Worker with invalid execArgv flags: ${found.join(", ")}`), { code: "ERR_WORKER_INVALID_EXEC_ARGV" })
  }
  const { execArgv } = process
  process.execArgv = ["--expose-gc", "--no-warnings"]
  try {
    assert.deepEqual(withThreadOptions(["--conditions=x"], refuse(["--expose-gc"])), ["--no-warnings", "--conditions=x"])
    assert.throws(() => withThreadOptions(["--bad"], refuse(["--expose-gc", "--bad"])), { message: /flags: --bad$/ })
    assert.throws(() => withThreadOptions([], () => { throw new RangeError("other") }), RangeError)
  } finally {
    process.execArgv = execArgv
  }
})
