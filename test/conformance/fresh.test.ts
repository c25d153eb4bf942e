import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it } from "node:test"

import { loadPyodide } from "pyodide"

import { UsageError, type Fresh } from "../../conformance/arguments.ts"
import { freshScenarios } from "../../conformance/python.ts"
import type { Located } from "../../conformance/runner.ts"

const FRESH: Fresh = { count: 12, seed: "test", python: "3.14" }

async function collect(wanted: Fresh, stop = new AbortController()): Promise<Located[]> {
  const items: Located[] = []
  for await (const item of freshScenarios(wanted, stop.signal)) items.push(item)
  return items
}

describe("fresh scenarios", () => {
  it("are those of oracle.make, also when made in parts", async () => {
    const python = await loadPyodide({ stdout: () => undefined, stderr: () => undefined })
    for (const name of ["oracle.py", "fresh.py"]) {
      python.FS.writeFile(name, readFileSync(new URL(`../../conformance/${name}`, import.meta.url)))
    }
    const [parts, whole] = JSON.parse(
      String(
        python.runPython(`
import fresh, json, oracle
parts = "\\n".join(part for part in (fresh.made("test", first, 10) for first in range(1, 51, 10)) if part)
made = parts.split("\\n")
json.dumps([made, [json.dumps(s, separators=(",", ":")) for s in oracle.make("test", len(made))]])`),
      ),
    ) as [string[], string[]]
    assert.ok(parts.length > 10)
    assert.deepEqual(parts, whole)
  })

  it("come as many as were asked for, each with what makes it again", async () => {
    const items = await collect(FRESH)
    assert.equal(items.length, 12)
    const last = items.at(-1)
    assert.ok(last !== undefined)
    assert.equal(last.place, "seed test")
    assert.equal(last.rerun, `--fresh 1 --only ${last.scenario.id}`)

    // Attempts that nothing came of have no scenario with their number.
    const kept = items.map(({ scenario }) => Number(scenario.id.split("-").at(-1)))
    const dropped = kept.findIndex((attempt, i) => attempt !== i + 1) + 1
    assert.ok(dropped > 0, "the seed should drop one of its first attempts")
    const [again] = await Promise.all([
      collect({ ...FRESH, attempt: kept.at(-1) ?? 0 }),
      assert.rejects(collect({ ...FRESH, attempt: dropped }), UsageError),
    ])
    assert.deepEqual(again, [last])
  })

  it("end when they are told to, even while Python is being started", async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 20)
    assert.deepEqual(await collect({ ...FRESH, count: 1e6 }, stop), [])
  })
})
