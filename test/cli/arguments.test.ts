import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { parseArguments, UsageError, type RunCommand } from "#src/cli/arguments.ts"

describe("the arguments of the command", () => {
  it("say what to run, and how", () => {
    const plain = { file: "a.ts", arguments: [], debug: false, inspect: false, explain: false, watchdog: undefined, timeline: undefined }
    assert.deepEqual(parseArguments(["run", "a.ts"]), plain)
    assert.deepEqual(parseArguments(["run", "--inspect", "a.ts"]), { ...plain, inspect: true })
    assert.deepEqual(parseArguments(["run", "--debug", "a.ts", "--timeline"]), { ...plain, debug: true, explain: false, timeline: "terminal" })
    assert.deepEqual(parseArguments(["run", "a.ts", "--timeline=x/out.svg"]), { ...plain, timeline: { file: "x/out.svg", format: "svg" } })
    assert.deepEqual(parseArguments(["run", "a.ts", "--timeline=o.txt"]), { ...plain, timeline: { file: "o.txt", format: "txt" } })
    assert.deepEqual(parseArguments(["run", "a.ts", "--timeline=o.json"]), { ...plain, timeline: { file: "o.json", format: "json" } })
  })

  it("turn the watchdog on, after a tenth of a second or as long as is said", () => {
    const watchdog = (given: string): unknown => (parseArguments(["run", "a.ts", given]) as RunCommand).watchdog // a run was asked for
    assert.deepEqual(["--watchdog", "--watchdog=0.25", "--watchdog=2"].map(watchdog), [0.1, 0.25, 2])
    for (const given of ["--watchdog=", "--watchdog=x", "--watchdog=0", "--watchdog=-1", "--watchdog=Infinity"]) {
      assert.throws(() => watchdog(given), { name: "UsageError", message: /seconds that code may run, from 0\.01 on/ })
    }
  })

  it("leave everything after -- to the program", () => {
    const command = parseArguments(["run", "a.ts", "--", "--debug", "--", "--help", "b.ts"])
    assert.deepEqual(command, { file: "a.ts", arguments: ["--debug", "--", "--help", "b.ts"], debug: false, inspect: false, explain: false, watchdog: undefined, timeline: undefined })
  })

  it("ask for help or the version", () => {
    for (const given of [["--help"], ["-h"], ["run", "--help"], ["run", "a.ts", "-h"]]) assert.equal(parseArguments(given), "help")
    for (const given of [["--version"], ["-v"]]) assert.equal(parseArguments(given), "version")
  })

  it("are refused with what to do instead", () => {
    const cases: [given: string[], message: RegExp][] = [
      [[], /no command: give one, such as asyncio-ts run FILE\.ts/],
      [["--"], /no command/],
      [["start"], /unknown command 'start': .* asyncio-ts run FILE\.ts/],
      [["main.ts"], /unknown command 'main\.ts': .* asyncio-ts run main\.ts/],
      [["run"], /run which program\? .* asyncio-ts run FILE\.ts/],
      [["run", "--timeline"], /run which program\?/],
      [["run", "a.ts", "b"], /one file, not both a\.ts and b; .* run a\.ts -- b/],
      [["run", "a.ts", "--port=1"], /unknown option --port=1: .* run FILE\.ts -- --port=1/],
      [["run", "a.ts", "--timeline="], /a name that ends in \.html/],
      [["run", "a.ts", "--timeline=x.png"], /cannot tell what to write to 'x\.png'/],
    ]
    for (const [given, message] of cases) {
      assert.throws(() => parseArguments(given), (error) => error instanceof UsageError && message.test(error.message), given.join(" "))
    }
  })
})
