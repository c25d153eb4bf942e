import assert from "node:assert/strict"
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { describe, it } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"

import { belongings } from "../inspect/attach/programs/start.ts"
import { longTest } from "../support/older-node.ts"
import { tellsOfAwaits } from "../support/tells-of-awaits.ts"

const COMMAND = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

interface Told {
  readonly finding: boolean
  readonly verdict: string
  readonly text: string
  readonly evidence: readonly string[]
  readonly next: string
  readonly shares: { readonly running: number; readonly collections: number }
  readonly advice: readonly { readonly id: string; readonly text: string; readonly lines?: string }[]
  readonly exitCode?: number
}

// The test runner's own options would make a test run of the command.
const conditions = process.execArgv.filter((option) => /^(-C|--conditions)/.test(option))
// A socket of their own: the port of Node's inspector may be another test's.
const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ASYNCIO_TS_INSPECT: "1" }

/** Runs doctor; `onText` may interrupt it. */
function doctor(args: readonly string[], onText?: (text: string, interrupt: () => void) => void): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...conditions, COMMAND, "doctor", ...args], { detached: true, env })
    let out = ""
    let err = ""
    const interrupt = (): void => void child.kill("SIGINT")
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
      onText?.(text, interrupt)
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text
      onText?.(text, interrupt)
    })
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err }))
  })
}

function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url))
}

/** A program that runs, once it has said so. */
async function running(name: string, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...conditions, program(name), ...args], { env, stdio: ["pipe", "pipe", "inherit"] })
  await once(child.stdout, "data")
  return child
}

/** What its threads are called. */
function threadsOf({ pid }: ChildProcess): string[] {
  const folder = `/proc/${pid}/task`
  return readdirSync(folder).map((thread) => readFileSync(`${folder}/${thread}/comm`, "utf8").trim())
}

function toldIn({ out }: Ended): Told {
  return JSON.parse(out) as Told // what doctor promises with --json
}

/** What limits the program may be the machine, while other tests run; that the lock is fought for shows all the same. */
function assertCrowded(ended: Ended): void {
  assert.match(toldIn(ended).advice.find(({ id }) => id === "lock-held")?.text ?? ended.out + ended.err, /lock 'db'/)
  assert.equal(ended.code, 3)
}

describe("asyncio-ts doctor FILE", { concurrency: 2, skip: longTest }, () => {
  it("passes the output on, and gives the verdict with the lines and the saving", async () => {
    const { code, out } = await doctor([program("in-a-row.ts"), "--", "0.1"])
    assert.match(out, /^process \d+\ndone\nin-a-row\.ts\n\n[A-Z]/)
    assert.match(out.replaceAll("\n", " "), tellsOfAwaits ? /three awaits in a row at in-a-row\.ts:8–10 that do not depend/ : /three awaits in a row (at|in) .* that do not depend/)
    assert.equal(code, 3)
  })

  it("gives JSON on standard output, and the program's output on standard error", async () => {
    const ended = await doctor([program("in-a-row.ts"), "--json", "--", "0.1"])
    assert.match(ended.err, /^process \d+\ndone\n$/)
    const { finding, advice, exitCode } = toldIn(ended)
    assert.deepEqual({ finding, exitCode }, { finding: true, exitCode: 0 })
    const found = advice.find(({ id }) => id === "awaits-in-a-row")
    assert.match(found?.text ?? "", /three awaits in a row/)
    if (tellsOfAwaits) assert.equal(found?.lines, "in-a-row.ts:8–10")
    assert.equal(ended.code, 3)
  })

  it("ends with 0 where there is nothing to mend, and tells how the program ended", async () => {
    const ended = await doctor([program("nap.ts"), "--json"])
    assert.equal(ended.code, 0)
    assert.equal(toldIn(ended).exitCode, 3)
  })

  it("gives the verdict when the time is over", async () => {
    const ended = await doctor([program("crowd.ts"), "--for=0.5", "--json"])
    assertCrowded(ended)
  })

  it("gives the verdict so far at Ctrl-C", async () => {
    const ended = await doctor([program("crowd.ts"), "--json"], (text, interrupt) => {
      if (text.startsWith("process")) setTimeout(interrupt, 300)
    })
    assertCrowded(ended)
  })

  it("names the function and line that does not let go of the loop", async () => {
    const ended = await doctor([program("spin.ts"), "--for=0.3", "--json"])
    const { verdict, text } = toldIn(ended)
    assert.equal(verdict, "cpu")
    assert.match(text, /^CPU-bound: spinForEver has kept the loop .*at spin\.ts:5/)
    assert.equal(ended.code, 3)
  })

  it("says in a sentence what it cannot run", async () => {
    const missing = await doctor(["nowhere.ts"])
    assert.match(missing.err, /^asyncio-ts: there is no file nowhere\.ts in .*\n$/)
    assert.equal(missing.code, 1)
    const folder = await doctor([fileURLToPath(new URL("programs", import.meta.url)), "--json"])
    assert.match((JSON.parse(folder.out) as { error: { message: string } }).error.message, /is a folder: name the file in it/)
    assert.equal(folder.code, 1)
    assert.equal((await doctor([])).code, 2)
  })
})

// One after the other: Node opens its inspector on one port, whichever the program.
describe("asyncio-ts doctor PID", { skip: longTest }, () => {
  it("gives the verdict on a program that runs, and leaves it as it was", async () => {
    const child = await running("crowd.ts")
    try {
      const ended = await doctor([String(child.pid), "--for=0.5", "--json"])
      assertCrowded(ended)
      assert.match(ended.err, /^recording process \d+ for 0\.5 s\n$/)
      assert.equal(child.exitCode, null)
    } finally {
      child.kill("SIGKILL")
    }
  })

  it("notes collections and what blocks the loop, with the call, only while it records", async () => {
    const child = await running("litter.ts")
    try {
      const ended = await doctor([String(child.pid), "--for=1", "--json", "--timeout=60"])
      const { shares, evidence, next } = toldIn(ended)
      assert.ok(shares.collections > 0 && shares.running > 0.5, ended.out)
      assert.match(evidence.join("; "), /'backup calls child_process\.execSync' at litter\.ts:\d+ blocked the loop/)
      assert.match(next, /createSubprocessExec/)
      assert.equal(ended.code, 3)
      // The calls that the watchdog had replaced, and its thread.
      child.stdin?.end("?")
      const [said] = (await once(child.stdout ?? child, "data")) as [Buffer]
      assert.equal(String(said), "execSync as before: true\n")
      for (let look = 0; look < 2000 && threadsOf(child).some((name) => name.includes("watchdog")); look += 1) await pause(5)
      assert.ok(!threadsOf(child).some((name) => name.includes("watchdog")))
    } finally {
      child.kill("SIGKILL")
    }
  })

  it("finds a program idle in which nothing happens meanwhile", async () => {
    const child = await running("wait.ts")
    try {
      const ended = await doctor([String(child.pid), "--for=0.3", "--json"])
      assert.equal(toldIn(ended).verdict, "idle")
      assert.equal(ended.code, 0)
    } finally {
      child.kill("SIGKILL")
    }
  })

  it("names the function and line that blocks a program", async () => {
    const child = await running("spin.ts")
    try {
      await new Promise((resolve) => setTimeout(resolve, 300))
      const ended = await doctor([String(child.pid), "--for=0.3", "--json"])
      assert.match(toldIn(ended).text, /^CPU-bound: spinForEver has kept the loop .*at spin\.ts:5/)
      assert.equal(ended.code, 3)
    } finally {
      child.kill("SIGKILL")
    }
  })

  it("says in a sentence what it cannot look at", async () => {
    // Above the highest number that Linux gives.
    const { code, err, out } = await doctor(["4194305"])
    assert.match(err, /^asyncio-ts: [^\n]*process 4194305[^\n]*\n$|^asyncio-ts: there is no process 4194305[^\n]*\n$/)
    assert.equal(out, "")
    assert.equal(code, 1)
  })
})

describe("asyncio-ts doctor PID at Ctrl-C", { skip: process.platform === "linux" ? false : "the system does not tell what a process has open" }, () => {
  it("gives the verdict so far, leaves the program as it was, and ends with 130", async () => {
    const child = await running("crowd.ts")
    try {
      // Until its socket answers, it is not all there.
      await doctor([String(child.pid), "--for=0.1", "--json", "--timeout=60"])
      const before = belongings(child.pid ?? 0)
      const ended = await doctor([String(child.pid), "--for=600", "--json", "--timeout=60"], (text, interrupt) => {
        if (text.startsWith("recording")) setTimeout(interrupt, 100)
      })
      assert.equal(ended.code, 130, ended.err)
      assert.equal((toldIn(ended) as Told & { interrupted?: boolean }).interrupted, true)
      for (let look = 0; look < 2000 && JSON.stringify(belongings(child.pid ?? 0)) !== JSON.stringify(before); look += 1) await pause(5)
      assert.deepEqual([belongings(child.pid ?? 0), child.exitCode], [before, null])
    } finally {
      child.kill("SIGKILL")
    }
  })
})
