import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { parseScenario } from "../../conformance/scenario.ts"

const LINE = '{"id":"x-1","profile":"tasks","objects":{"locks":1},"main":[["sleep",1]],"trace":[[0,"main","start"]]}'

describe("parseScenario", () => {
  it("reads a line", () => {
    const scenario = parseScenario(LINE)
    assert.equal(scenario.id, "x-1")
    assert.deepEqual(scenario.main, [["sleep", 1]])
    assert.deepEqual(scenario.trace, [[0, "main", "start"]])
  })

  it("says what is wrong with a line that is none", () => {
    const refused: [line: string, message: RegExp][] = [
      ["{", /not JSON/],
      ["3", /a scenario is a JSON object/],
      ["null", /a scenario is a JSON object/],
      [LINE.replace('"id"', '"name"'), /no "id"/],
      [LINE.replace('"main"', '"body"'), /x-1 has no list called "main"/],
      [LINE.replace('"trace"', '"events"'), /x-1 has no list called "trace"/],
      [LINE.replace('"objects"', '"things"'), /x-1 has no "objects"/],
    ]
    for (const [line, message] of refused) {
      assert.throws(() => parseScenario(line), { name: "SyntaxError", message }, line)
    }
  })
})
