/** A program ends by itself whatever its pools do, and leaves no process behind however it ends. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { describe, test } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"

const PROGRAM = fileURLToPath(new URL("./programs/ending.ts", import.meta.url))

interface Ran {
  readonly code: number | null
  readonly signal: string | null
  readonly output: string
}

async function ran(kind: string, state: string, kill?: NodeJS.Signals): Promise<Ran> {
  const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", PROGRAM, kind, state], { stdio: ["ignore", "pipe", "pipe"], timeout: 60_000, killSignal: "SIGKILL" })
  let output = ""
  let errors = ""
  child.stdout.on("data", (chunk) => {
    output += String(chunk)
    if (kill !== undefined && output.includes("]")) child.kill(kill)
  })
  child.stderr.on("data", (chunk) => (errors += String(chunk)))
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null]
  if (kill === undefined && code !== 0 && state !== "process.exit" && state !== "uncaught") assert.fail(`code ${code}, ${signal}:\n${output}${errors}`)
  return { code, signal, output }
}

/** The processes that the program told of end, and soon. */
async function endOf(output: string): Promise<number> {
  const pids = JSON.parse(output) as number[]
  const begun = performance.now()
  while (pids.some((pid) => existsSync(`/proc/${pid}`))) {
    if (performance.now() - begun > 60_000) {
      for (const pid of pids) process.kill(pid, "SIGKILL")
      assert.fail(`processes ${pids.join(", ")} are still there`)
    }
    await delay(5)
  }
  return pids.length
}

const STATES = [
  "idle", "queued job", "unawaited job", "start that hangs", "abandoned job", "endless grace", "terminating", "left job", "shutdown", "job behind an abandoned one",
]

for (const [k, kind] of ["thread", "process"].entries()) {
  for (const [s, state] of STATES.entries()) {
    // Each state for one of them tells enough; all under TEST_SYSTEM.
    if (process.env["TEST_SYSTEM"] !== "1" && (s + k) % 2 === 1) continue
    test(`a program with a ${kind} pool ends by itself: ${state}`, { timeout: 110_000 }, async () => {
      const { output } = await ran(kind, state)
      assert.equal(output, state === "queued job" || state === "job behind an abandoned one" ? "done\n" : "")
    })
  }
}

const linux = process.platform === "linux" ? false : "needs /proc"

// Most of their time is that in which the system removes a process that has ended.
describe("the end of a program", { concurrency: 5 }, () => {
  test("process.exit ends processes that compute", { skip: linux, timeout: 110_000 }, async () => {
    const { code, output } = await ran("process", "process.exit")
    assert.deepEqual([code, await endOf(output)], [7, 1])
  })

  test("an error that nobody catches ends processes that compute", { skip: linux, timeout: 110_000 }, async () => {
    const { code, output } = await ran("process", "uncaught")
    assert.deepEqual([code, await endOf(output)], [1, 1])
  })

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    test(`${signal} to the program ends processes that compute`, { skip: linux, timeout: 110_000 }, async () => {
      const { output, signal: by } = await ran("process", "killed", signal)
      assert.equal(await endOf(output), 1)
      if (signal !== "SIGINT") assert.equal(by, signal)
    })
  }
})
