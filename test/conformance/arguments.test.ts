import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { parseArguments, UsageError, type Arguments } from "../../conformance/arguments.ts"

function parse(...argv: string[]): Arguments {
  return parseArguments(argv, () => "random")
}

function refuses(argv: readonly string[], message: RegExp): void {
  assert.throws(
    () => parse(...argv),
    (error) => error instanceof UsageError && message.test(error.message),
    `${argv.join(" ")} should be refused with ${message}`,
  )
}

describe("the arguments of the conformance command", () => {
  it("takes nothing at all: the vectors, entered from microtasks", () => {
    assert.deepEqual(parse(), { help: false, files: [], fresh: undefined, entry: "microtask", only: undefined, watched: undefined, inspector: false })
  })

  it("takes files and fresh scenarios together", () => {
    assert.deepEqual(parse("a.jsonl", "--fresh", "20", "b.jsonl", "--seed", "7", "--python", "3.15", "--entry=timer"), {
      help: false,
      files: ["a.jsonl", "b.jsonl"],
      fresh: { count: 20, seed: "7", python: "3.15" },
      entry: "timer",
      only: undefined,
      watched: undefined,
      inspector: false,
    })
  })

  it("makes up a seed where none is given, and takes CPython 3.14", () => {
    assert.deepEqual(parse("--fresh", "3").fresh, { count: 3, seed: "random", python: "3.14" })
  })

  it("takes fresh scenarios of all operations", () => {
    assert.deepEqual(parse("--fresh", "3", "--wide").fresh, { count: 3, seed: "random", python: "3.14", wide: true })
    refuses(["--wide"], /--wide says what new scenarios are made of: add --fresh N/)
  })

  it("reads seed and attempt from the id of a fresh scenario", () => {
    assert.deepEqual(parse("--fresh", "1", "--only", "my-seed-42").fresh, {
      count: 1,
      seed: "my-seed",
      python: "3.14",
      attempt: 42,
    })
    assert.equal(parse("--fresh", "1", "--only", "7-3", "--seed", "7").fresh?.attempt, 3)
  })

  it("keeps the id of a scenario in a file as it is", () => {
    const { only, fresh } = parse("a.jsonl", "--only", "open-tasks-17")
    assert.equal(only, "open-tasks-17")
    assert.equal(fresh, undefined)
  })

  it("knows --help", () => {
    assert.equal(parse("--help").help, true)
    assert.equal(parse("-h").help, true)
  })

  it("refuses what it does not know, and points to --help", () => {
    refuses(["--frehs", "3"], /--frehs.*--help/s)
    refuses(["--fresh"], /--fresh.*--help/s)
  })

  it("refuses counts that are no counts", () => {
    for (const count of ["0", "-3", "1.5", "many", "", "99999999999999999999"]) {
      refuses([`--fresh=${count}`], /--fresh takes a whole number above 0/)
    }
  })

  it("names the choices", () => {
    refuses(["--fresh", "1", "--python", "3.13"], /--python takes 3\.14 or 3\.15, not '3\.13'/)
    refuses(["--entry", "tick"], /--entry takes microtask or timer, not 'tick'/)
  })

  it("refuses options that would have no effect", () => {
    refuses(["--seed", "7"], /add --fresh N/)
    refuses(["--python", "3.15"], /add --fresh N/)
    refuses(["--fresh", "1", "--seed="], /--seed takes a number or a word/)
  })

  it("refuses an id that no fresh scenario has", () => {
    refuses(["--every", "5"], /add --watched/)
    refuses(["--inspector"], /add --watched/)
    refuses(["--watched", "--every", "0"], /whole number above 0/)
    refuses(["--fresh", "1", "--only", "nonsense"], /such as 7-12, not 'nonsense'/)
    refuses(["--fresh", "1", "--only", "7-0"], /such as 7-12/)
    refuses(["--fresh", "1", "--only", "7-1", "--seed", "8"], /comes from seed 7, not 8/)
    refuses(["--fresh", "1", "--only", "7-1", "a.jsonl"], /leave the files out/)
  })
})
