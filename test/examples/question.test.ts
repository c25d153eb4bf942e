import assert from "node:assert/strict"
import { fileURLToPath } from "node:url"
import { afterEach, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { noChildLeft } from "../io/support/children.ts"

const program = fileURLToPath(new URL("../../examples/terminal/question.ts", import.meta.url))
const { PIPE } = asyncio.subprocess

afterEach(noChildLeft)

function start(...args: string[]): asyncio.Coroutine<asyncio.subprocess.Process<asyncio.StreamWriter, asyncio.StreamReader, null>> {
  const options = ["--disable-warning=ExperimentalWarning", "--conditions=asyncio-ts:source"]
  return asyncio.createSubprocessExec(process.execPath, ...options, program, ...args, { stdin: PIPE, stdout: PIPE })
}

test("a clock ticks while the question waits, and an answer ends both", { timeout: 60_000 }, async () => {
  await asyncio.run(async () => {
    const child = await start("60", "0.02")
    assert.match(String(await child.stdout.readUntil("tick 2\n")), /^Which tea\? tick 1\ntick 2\n$/)
    const [rest] = await child.communicate("Green\n")
    assert.match(String(rest), /^(tick \d+\n)*one Green, please\n$/)
    assert.equal(child.returncode, 0)
  })
})

test("without an answer the time limit ends the question", { timeout: 60_000 }, async () => {
  await asyncio.run(async () => {
    const child = await start("0.05", "60")
    // Its input stays open: nobody answers.
    assert.equal(String(await child.stdout.read()), "Which tea? no answer in 0.05 s\none Masala, please\n")
    assert.equal(await child.wait(), 0)
    child.stdin.close()
  })
})
