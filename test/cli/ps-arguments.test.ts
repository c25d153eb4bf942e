import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { UsageError } from "#src/cli/arguments.ts"
import { LOOK_HELP, parseLook } from "#src/cli/ps-arguments.ts"

describe("what ps, pstree and top are asked", () => {
  it("is a process and options, with a value after = or as the next word", () => {
    const look = parseLook("ps", ["4711", "--sort=age", "--filter", "fetch", "--limit=5", "--no-color", "--timeout=0.5", "--socket", "/run/x.sock"])
    assert.ok(look !== "help")
    const { pid, sort, name, limit, color, timeout, socket, json, lines, interval, watch, count, cpu } = look
    assert.deepEqual({ pid, sort, name, limit, color, timeout, socket, json, lines, interval, watch, count, cpu }, {
      pid: 4711, sort: "age", name: "fetch", limit: 5, color: false, timeout: 0.5, socket: "/run/x.sock", json: false, lines: true, interval: 1, watch: false, count: undefined, cpu: undefined,
    })
  })

  it("is CPU time only where it was measured", () => {
    const look = parseLook("ps", ["4711", "--sort=cpu"])
    assert.equal(look !== "help" && look.cpu, 1)
  })

  it("may be help, which fits a terminal", () => {
    assert.equal(parseLook("top", ["4711", "--help"]), "help")
    assert.ok(LOOK_HELP.split("\n").every((line) => line.length <= 92))
  })

  it("is refused with a sentence that says what to give", () => {
    const cases: [command: "ps" | "pstree" | "top", words: string[], message: RegExp][] = [
      ["top", [], /^top of which process\? Give its number/],
      ["pstree", ["shop.ts"], /^pstree takes the number of a process, not 'shop\.ts'/],
      ["ps", ["-5"], /^ps: unknown option -5/],
      ["ps", ["0"], /^ps takes the number of a process, not '0'/],
      ["ps", ["1", "2"], /^ps takes one process, not both 1 and 2$/],
      ["ps", ["1", "--sort=size"], /^ps cannot sort by 'size': take id, name/],
      ["ps", ["1", "--limit=2.5"], /--limit takes a whole number above 0, not '2\.5'/],
      ["ps", ["1", "--timeout=soon"], /--timeout takes a number of seconds above 0, not 'soon'/],
      ["ps", ["1", "--limit"], /--limit takes a value, as in --limit=20$/],
      ["ps", ["1", "--json=yes"], /unknown option --json=yes/],
    ]
    for (const [command, words, message] of cases) {
      assert.throws(() => parseLook(command, words), (error) => {
        assert.ok(error instanceof UsageError)
        assert.match(error.message, message)
        return true
      })
    }
  })
})
