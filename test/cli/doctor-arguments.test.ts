import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { parseDoctor } from "#src/cli/doctor-arguments.ts"

const SILENT = { for: undefined, json: false, socket: undefined, timeout: 5 }

describe("the arguments of doctor", () => {
  it("are a file, with what is meant for the program after --", () => {
    assert.deepEqual(parseDoctor(["slow.ts"]), { target: { file: "slow.ts", arguments: [] }, ...SILENT })
    assert.deepEqual(parseDoctor(["slow.ts", "--json", "--for=2.5", "--", "--json", "7"]), {
      target: { file: "slow.ts", arguments: ["--json", "7"] },
      ...SILENT,
      json: true,
      for: 2.5,
    })
  })

  it("are the number of a process", () => {
    assert.deepEqual(parseDoctor(["4711", "--for", "3", "--socket=/run/shop", "--timeout=1"]), {
      target: { pid: 4711 },
      for: 3,
      json: false,
      socket: "/run/shop",
      timeout: 1,
    })
  })

  it("ask for help", () => {
    assert.equal(parseDoctor(["--help"]), "help")
    assert.equal(parseDoctor(["-h", "slow.ts"]), "help")
    assert.notEqual(parseDoctor(["slow.ts", "--", "--help"]), "help")
  })

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /^doctor looks at which program\? Name its file/],
    [["a.ts", "b.ts"], /^doctor takes one program, not both a\.ts and b\.ts/],
    [["a.ts", "--fast"], /^unknown option --fast: doctor takes --for=SECONDS.*doctor FILE\.ts -- --fast/],
    [["a.ts", "--for"], /^--for takes a value, such as --for=5/],
    [["a.ts", "--for=soon"], /^--for takes seconds, more than 0 and at most 86400, not 'soon'/],
    [["a.ts", "--for=0"], /^--for takes seconds/],
    [["a.ts", "--for=-1"], /^--for takes seconds/],
    [["a.ts", "--for=Infinity"], /^--for takes seconds/],
    [["a.ts", "--for="], /^--for takes seconds/],
    [["0"], /^0 is no number of a process/],
    [["99999999999999999999"], /^99999999999999999999 is no number of a process/],
    [["4711", "--", "tea"], /^process 4711 runs already, and takes no arguments/],
  ]
  for (const [argv, message] of wrong) {
    it(`are refused with a sentence: ${argv.join(" ")}`, () => {
      assert.throws(() => parseDoctor(argv), { name: "UsageError", message })
    })
  }
})
