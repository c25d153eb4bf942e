import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { pbkdf2Sync } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"

import * as asyncio from "asyncio-ts"
import { startWatchdog, type Blocked, type WatchdogOptions } from "asyncio-ts/inspect"
import { ANSWERS, type MainSide } from "#src/inspect/watchdog/main-side-node.ts"
import type { RecordedPause } from "#src/inspect/recording.ts"
import { firstSeed, Random } from "../../support/random.ts"
import { blockerProgram, KINDS } from "./programs/blocker-programs.ts"
import { runBlockers } from "./programs/run-blockers.ts"
import { longTest } from "../../support/older-node.ts"

const THRESHOLD = 0.04
/** Seconds that the watchdog gives a look at least, before it tells of what it saw earlier. */
const SOON = 0.005
const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-watchdog-"))
const REPORT = join(folder, "report.jsonl")
after(() => rmSync(folder, { recursive: true }))

function compute(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

/** Blocks until the watchdog has told of it, however busy this machine is. */
function blockUntilTold(): void {
  for (const end = performance.now() + 10_000; performance.now() < end && statSync(REPORT).size === 0; );
}

/** Runs `body` under a watchdog; what it has told once it was stopped. */
async function watched(body: () => unknown, options: WatchdogOptions = {}): Promise<{ blocked: Blocked[]; over: Blocked[] }> {
  const found: { blocked: Blocked[]; over: Blocked[] } = { blocked: [], over: [] }
  writeFileSync(REPORT, "")
  const watchdog = startWatchdog({ threshold: THRESHOLD, report: REPORT, onBlocked: (b) => found.blocked.push(b), onOver: (b) => found.over.push(b), ...options })
  try {
    await watchdog.ready
    await pause(THRESHOLD * 1000)
    await body()
    // One whose line was known only later is told of twice.
    const open = (): boolean => found.blocked.some(({ id }) => !found.over.some((over) => over.id === id))
    while (open() || (statSync(REPORT).size > 0 && found.over.length === 0)) await pause(5)
    return found
  } finally {
    watchdog.stop()
  }
}

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function node(...given: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", ...given], { env: { ...process.env, NODE_OPTIONS: "" } })
    let [out, err] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err }))
  })
}

const BLOCK = fileURLToPath(new URL("programs/block.ts", import.meta.url))
const TICK = fileURLToPath(new URL("programs/tick.ts", import.meta.url))

describe("a watchdog", { skip: longTest }, () => {
  it("names the line that blocks, in programs of every kind", async (t) => {
    const seed = firstSeed()
    t.diagnostic(`SEED=${seed}`)
    const random = new Random(seed)
    const kinds = [...KINDS, "loop", "file"] as const
    const programs = kinds.map((kind) => blockerProgram(random, kind, 200))
    for (const { line, program, found } of await runBlockers(programs, { threshold: 0.03, scale: 0.25 })) {
      assert.ok(line, `SEED=${seed}: lines ${program.lines.join(", ")} of\n${program.source}\nnot ${JSON.stringify(found)}`)
    }
  })

  it("tells of a stretch once while it lasts and once when it is over, with its task and what would help", async () => {
    const { blocked, over } = await watched(() => asyncio.run(() => blockUntilTold(), { name: "brewer" }))
    assert.equal(blocked.length, 1)
    assert.equal(over.length, 1)
    const [{ seconds = 0, id = 0, function: name, place, task, advice, exact } = {} as Partial<Blocked>, { seconds: all = 0, id: same } = {} as Partial<Blocked>] = [blocked[0], over[0]]
    assert.deepEqual([name, place?.file, task, same], ["blockUntilTold", import.meta.url, "brewer", id])
    assert.match(advice ?? "", /await/)
    assert.ok(seconds >= THRESHOLD && seconds < all, `${seconds} s and ${all} s`)
    // Where the machine stood still between threshold and look, the line is one near it.
    assert.ok(exact === true || seconds >= THRESHOLD + SOON, `inexact, though it was told after ${seconds} s`)
  })

  it("has nothing to tell of a loop that is busy and turns", async () => {
    const threshold = 0.5
    // A machine that stalls makes a stretch of its own: of that the watchdog may tell.
    let longest = 0
    const busy = async (): Promise<void> => {
      let turned = performance.now()
      for (const end = turned + 1000; turned < end; ) {
        compute(8)
        await new Promise((resolve) => setImmediate(resolve))
        const now = performance.now()
        longest = Math.max(longest, (now - turned) / 1000)
        turned = now
      }
    }
    const { blocked, over } = await watched(busy, { threshold })
    if (longest >= threshold) assert.ok(over.every(({ seconds }) => seconds <= longest + 0.001), `${JSON.stringify(over)}, ${longest} s`)
    else assert.deepEqual(blocked, [])
  })

  it("says where the code stood before, where nobody can look once the threshold is over", async () => {
    function hash(): void {
      // Until it was looked at, under suspicion; then in a call of the engine's that is not written down.
      const answers = (globalThis as { [ANSWERS]?: MainSide })[ANSWERS]
      let looked = false
      const look = answers?.look
      Object.defineProperty(answers, "look", { value: () => ((looked = true), look?.()), configurable: true })
      for (const end = performance.now() + 10_000; performance.now() < end && !looked; );
      pbkdf2Sync("a", "b", 300_000, 64, "sha512")
    }
    await watched(hash, { calls: false })
    const [first] = readFileSync(REPORT, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Blocked & { kind: string })
    assert.deepEqual([first?.kind, first?.function, first?.place?.file], ["blocked", "hash", import.meta.url])
  })

  it("runs nothing of the program's while it looks", async () => {
    const order: string[] = []
    const { blocked } = await watched(() => {
      queueMicrotask(() => order.push("microtask"))
      process.nextTick(() => order.push("tick"))
      blockUntilTold()
      order.push("computed")
    })
    assert.equal(blocked.length, 1)
    assert.deepEqual(order.slice(0, 1), ["computed"])
  })

  it("tells a recorder of what is over, as a recording has it", async () => {
    const told: RecordedPause[] = []
    const from = performance.now() / 1000
    await watched(blockUntilTold, { recorder: { addPause: (pause) => told.push(pause) } })
    assert.equal(told.length, 1)
    const [{ kind, what, place, ...kept } = {} as Partial<RecordedPause>] = told
    assert.equal(kind, "blocked")
    assert.match(what ?? "", /^blockUntilTold/)
    assert.match(place ?? "", /^blockUntilTold \(file:.*watchdog\.test\.ts:\d+:\d+\)$/)
    assert.ok((kept.from ?? 0) >= from && (kept.to ?? 0) >= (kept.from ?? 0) + THRESHOLD)
  })

  it("is refused where it could not watch, with what to do", async () => {
    for (const threshold of [0, 0.001, -1, NaN, Infinity]) assert.throws(() => startWatchdog({ threshold }), { name: "RangeError", message: /from 0\.01 on/ })
    const watchdog = startWatchdog({ report: false })
    assert.throws(() => startWatchdog(), { name: "RuntimeError", message: /stop it first/ })
    watchdog.stop()
    watchdog.stop()
    startWatchdog({ report: false }).stop()

    const code = `import { startWatchdog } from ${JSON.stringify(import.meta.resolve("asyncio-ts/inspect"))}
      try { startWatchdog() } catch (error) { console.log(error.message) }`
    const file = `data:text/javascript,${encodeURIComponent(code)}`
    const worker = new Worker(new URL(file), { stdout: true })
    let out = ""
    worker.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
    await new Promise((resolve) => worker.on("exit", resolve))
    assert.match(out, /watches the main thread, .* this is a worker thread/)

    const refused = await node("--permission", "--allow-fs-read=*", "--input-type=module", "--eval", code)
    assert.match(refused.out, /start Node with --allow-worker/)
  })

  it("writes its report while the program can write nothing, and the program ends as it would without it", async () => {
    const [exit, thrown, nothing] = await Promise.all([node(BLOCK, "exit"), node(BLOCK, "throw"), node(BLOCK, "at once")])
    assert.match(exit.err, /^asyncio-ts: the event loop is blocked since \d\.\d\d s by compute \(file:.*block\.ts:\d+:\d+\).*; compute in a worker/m)
    assert.equal(exit.code, 3)
    assert.doesNotMatch(exit.err, /debugger/i)
    assert.match(thrown.err, /blocked since.*by compute.*RangeError: the pot is empty/s)
    assert.equal(thrown.code, 1)
    assert.deepEqual(nothing, { code: 0, out: "", err: "" })
  })

  it("writes a line of JSON for each report, if it is given a file", async () => {
    const file = join(folder, "report.jsonl")
    assert.deepEqual(await node(BLOCK, "task", file), { code: 0, out: "", err: "" })
    const reports = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Blocked & { kind: string })
    // On a busy machine what loads the program may block it too.
    assert.deepEqual(reports.flatMap(({ kind, task }) => (task === "brewer" ? [kind] : [])), ["blocked", "over"])
  })

  it("blames nobody while a debugger has stopped the program", async () => {
    const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", "--inspect=127.0.0.1:0", TICK], { env: { ...process.env, NODE_OPTIONS: "" } })
    let [out, err] = ["", ""]
    const said = (text: () => string, what: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve) => {
        const look = (): void => {
          const match = what.exec(text())
          if (match !== null) resolve(match)
        }
        child.stdout.on("data", look)
        child.stderr.on("data", look)
        look()
      })
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    const [, address = ""] = await said(() => err, /listening on (ws:\S+)/)
    await said(() => out, /ticks/)
    const editor = new WebSocket(address)
    await new Promise((resolve) => (editor.onopen = resolve))
    const paused = new Promise<void>((resolve) => {
      editor.onmessage = ({ data }) => (JSON.parse(String(data)) as { method?: string }).method === "Debugger.paused" && resolve()
    })
    editor.send('{"id":1,"method":"Debugger.enable"}')
    editor.send('{"id":2,"method":"Debugger.pause"}')
    await paused
    // That nothing is told in a while is the very subject.
    await pause(400)
    editor.send('{"id":3,"method":"Debugger.resume"}')
    editor.close()
    await new Promise((resolve) => (editor.onclose = resolve))
    const ended = new Promise((resolve) => child.on("close", resolve))
    child.stdin.end()
    await ended
    assert.match(out, /stopped blamed: \n$/)
  })

  const linux = process.platform === "linux" && existsSync("/proc/self/task")
  it("wakes no loop that rests", { skip: linux ? false : "only Linux counts that" }, async () => {
    const rests = (): number => Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(readFileSync(`/proc/self/task/${process.pid}/status`, "utf8"))?.[1])
    let least = Infinity
    await watched(async () => {
      for (let round = 0; round < 3; round += 1) {
        const before = rests()
        await pause(200)
        least = Math.min(least, rests() - before)
      }
    })
    // To sleep for the timer is one; whatever else a host does now and then, it is not there each time.
    assert.ok(least <= 2, `${least} times in 0.2 s`)
  })
})
