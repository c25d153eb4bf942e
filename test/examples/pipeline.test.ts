import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterEach, describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { pipeline } from "../../examples/processes/pipeline.ts"
import { noChildLeft } from "../io/support/children.ts"

const skip = process.platform === "win32" && "there are no such programs"

afterEach(noChildLeft)

async function through(input: Iterable<string>, ...commands: Parameters<typeof pipeline>[1]): Promise<{ lines: string[]; codes: number[] }> {
  const lines: string[] = []
  const codes = await asyncio.run(() => pipeline(input, commands, (line) => lines.push(line)))
  return { lines, codes }
}

describe("the pipeline of processes", { skip }, () => {
  it("gives what a shell's pipeline gives", async () => {
    const words = Array.from({ length: 30_000 }, (_, i) => ["tea", "milk", "tea", "sugar", "tea", "milk"][i % 6] ?? "")
    const { lines, codes } = await through(words, ["sort"], ["uniq", "-c"], ["sort", "-rn"], ["head", "-n", "2"])
    assert.deepEqual(lines.map((line) => line.trim()), ["15000 tea", "10000 milk"])
    assert.deepEqual(codes.slice(0, 2), [0, 0])
  })

  it("takes an endless input no faster than it is read, and ends when a stage has had enough", async () => {
    let taken = 0
    function* endless(): Iterable<string> {
      for (;;) {
        taken += 1
        yield "x".repeat(1000)
      }
    }
    const { lines, codes } = await through(endless(), ["cat"], ["head", "-n", "3"])
    assert.deepEqual(lines.map((line) => line.length), [1000, 1000, 1000])
    assert.equal(codes.at(-1), 0)
    assert.ok(taken < 5000, `${taken} lines were taken`)
  })

  it("leaves no process when it fails or is cancelled", async () => {
    await assert.rejects(through([], ["cat"], ["brewtea"]), (error) => error instanceof asyncio.FileNotFoundError)
    await asyncio.run(async () => {
      await assert.rejects(asyncio.waitFor(() => pipeline([], [["sleep", "100"]], () => undefined), 0.05), asyncio.TimeoutError)
    })
  })

  it("says as a program what it is to say", () => {
    const program = fileURLToPath(new URL("../../examples/processes/pipeline.ts", import.meta.url))
    const { stdout, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "--conditions=asyncio-ts:source", program], { encoding: "utf8", timeout: 60_000 })
    assert.equal(
      stdout,
      `The three kinds of tea that are ordered most:
  30000 Masala
  20000 Green
  10000 Oolong
return codes: 0, 0, 0, 0
Three lines of an endless stream:
Masala
Green
Masala
`,
      stderr,
    )
  })
})
