import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import { fileURLToPath } from "node:url"

import * as asyncio from "asyncio-ts"
import { readRecording, startFlightRecorder, type FlightRecorderOptions, type Recording } from "asyncio-ts/inspect"
import { runVirtual } from "asyncio-ts/testing"

const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "asyncio-ts-flight-"))
  folders.push(made)
  return made
}

const read = (file: string): Recording => readRecording(readFileSync(file))

/** What is written while `main` runs, and until the host has been round. */
async function written(options: FlightRecorderOptions, main: () => unknown): Promise<{ reasons: string[]; recordings: Recording[] }> {
  const reasons: string[] = []
  const recordings: Recording[] = []
  const flight = startFlightRecorder({
    folder: folder(),
    signal: null,
    onWritten: (file, reason) => {
      reasons.push(reason)
      recordings.push(read(file))
    },
    ...options,
  })
  try {
    await main()
    await new Promise(setImmediate)
    await new Promise(setImmediate)
  } finally {
    flight.stop()
  }
  return { reasons, recordings }
}

describe("a flight recorder", () => {
  it("writes a whole file when it is asked to, and none else", async () => {
    const own = folder()
    const flight = startFlightRecorder({ folder: join(own, "made", "for it"), signal: null })
    await runVirtual(() => asyncio.sleep(1), { name: "main" })
    const file = flight.dump()
    const other = flight.dump(join(own, "named.rec"))
    flight.stop()
    for (const each of [file, other]) {
      const recording = read(each)
      assert.equal(recording.reason, "asked")
      assert.equal(recording.version, 1)
      assert.deepEqual(recording.tasks.map(({ name }) => name), ["main"])
      assert.ok(Math.abs((recording.epoch ?? 0) + (recording.taken ?? 0) - Date.now() / 1000) < 60)
    }
    assert.match(file, /asyncio-ts-\d+-asked-1\.rec$/)
    assert.deepEqual(readdirSync(join(own, "made", "for it")).length, 1, "nothing unfinished is left")
    assert.throws(() => flight.dump(join(own, "nowhere", "x.rec")), { code: "ENOENT" })
    assert.deepEqual(readdirSync(own).sort(), ["made", "named.rec"])
  })

  it("writes files that nobody else can read, and not to where a link leads", { skip: process.platform === "win32" }, () => {
    const own = folder()
    const flight = startFlightRecorder({ folder: own, signal: null })
    const victim = join(own, "victim")
    writeFileSync(victim, "tea")
    symlinkSync(victim, join(own, `asyncio-ts-${process.pid}-asked-1.rec.${process.pid}.part`))
    const file = flight.dump()
    flight.stop()
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(readFileSync(victim, "utf8"), "tea")
    assert.deepEqual(readdirSync(own).length, 2)
  })

  it("writes one when an exception reaches the handler of a loop, which gets it all the same", async () => {
    const told: unknown[] = []
    const { reasons, recordings } = await written({}, () =>
      runVirtual(async () => {
        const loop = asyncio.getRunningLoop()
        loop.setExceptionHandler((_loop, { exception }) => void told.push(exception))
        loop.callSoon(() => {
          throw new Error("spilt")
        })
        await asyncio.sleep(1)
      }, { name: "main" }),
    )
    assert.deepEqual(reasons, ["failure"])
    assert.equal(recordings[0]?.reason, "failure")
    assert.deepEqual(told.map(String), ["Error: spilt"])
  })

  it("writes one at a deadlock", async () => {
    const { reasons, recordings } = await written({}, async () => {
      await assert.rejects(
        runVirtual(async () => {
          const never = new asyncio.Event()
          await never.wait()
        }),
        asyncio.DeadlockError,
      )
    })
    assert.deepEqual(reasons, ["deadlock"])
    assert.ok(recordings[0]?.events.some((event) => event.kind === "parked" && event.on === "Event.wait"))
  })

  it("writes one when a step takes longer than its budget, and not before", async () => {
    const busy = (seconds: number): void => {
      const until = performance.now() + seconds * 1000
      while (performance.now() < until);
    }
    const main = (seconds: number) => () =>
      asyncio.run(async () => {
        await asyncio.sleep(0)
        busy(seconds)
        await asyncio.sleep(0)
      })
    assert.deepEqual((await written({ budget: 0.05 }, main(0.06))).reasons, ["latency"])
    assert.deepEqual((await written({ budget: 30 }, main(0.01))).reasons, [])
  })

  it("writes one for the same reason at most once in its interval, and keeps so many", async () => {
    const fail = () =>
      runVirtual(async () => {
        const loop = asyncio.getRunningLoop()
        loop.setExceptionHandler(() => undefined)
        for (let i = 0; i < 5; i += 1) {
          loop.callExceptionHandler({ message: "again", exception: new Error("again") })
          await asyncio.sleep(1)
          await new Promise(setImmediate)
          await new Promise(setImmediate)
        }
      })
    assert.equal((await written({}, fail)).reasons.length, 1)
    const own = folder()
    for (const name of ["asyncio-ts-1-signal-1.rec", "notes.rec"]) writeFileSync(join(own, name), "")
    assert.equal((await written({ folder: own, interval: 0, files: 3 }, fail)).reasons.length, 5)
    assert.deepEqual(readdirSync(own).sort(), [3, 4, 5].map((count) => `asyncio-ts-${process.pid}-failure-${count}.rec`).concat("notes.rec"))
  })

  it("lets nobody feel that it cannot write", async () => {
    const own = folder()
    writeFileSync(join(own, "file"), "")
    const said: unknown[] = []
    const { error } = console
    console.error = (text: unknown) => void said.push(text)
    try {
      const { reasons } = await written({ folder: join(own, "file") }, () =>
        runVirtual(() => {
          const loop = asyncio.getRunningLoop()
          loop.setExceptionHandler(() => undefined)
          loop.callExceptionHandler({ message: "one", exception: new Error("one") })
        }),
      )
      assert.deepEqual(reasons, [])
    } finally {
      console.error = error
    }
    assert.match(String(said), /^asyncio-ts: the recording could not be written: E/)
  })

  it("refuses options that cannot be", () => {
    for (const files of [0, 1.5, NaN]) assert.throws(() => startFlightRecorder({ files }), /number of files of a flight recorder/)
    for (const budget of [0, -1, NaN]) assert.throws(() => startFlightRecorder({ budget }), /budget of a flight recorder/)
    assert.throws(() => startFlightRecorder({ interval: -1 }), /interval of a flight recorder/)
  })

  it("leaves nothing behind when it is stopped", () => {
    const listeners = (): number[] => ["SIGUSR2", "uncaughtExceptionMonitor"].map((event) => process.listenerCount(event))
    const before = listeners()
    startFlightRecorder({ folder: folder() }).stop()
    assert.deepEqual(listeners(), before)
  })
})

describe("a program with a flight recorder", () => {
  const program = fileURLToPath(new URL("programs/flight.ts", import.meta.url))

  async function run(what: string, signal?: NodeJS.Signals): Promise<{ code: number | null; said: string; files: string[]; own: string }> {
    const own = folder()
    const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", program, what, own], { stdio: ["ignore", "pipe", "pipe"] })
    let said = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text))
    child.stdout.setEncoding("utf8").on("data", () => signal !== undefined && child.kill(signal))
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve))
    return { code, said, files: readdirSync(own), own }
  }

  it("writes one at a signal, and goes on", { timeout: 30_000, skip: process.platform === "win32" }, async () => {
    const { code, files, own } = await run("signal", "SIGUSR2")
    assert.equal(code, 0)
    assert.equal(files.length, 1)
    const { reason, tasks } = read(join(own, files[0] ?? ""))
    assert.equal(reason, "signal")
    assert.ok(tasks.some(({ name }) => name === "patient"))
  })

  it("ends by an error as it would without", { timeout: 30_000 }, async () => {
    const { code, said, files, own } = await run("crash")
    assert.equal(code, 1)
    assert.match(said, /RangeError: spilt/)
    assert.equal(files.length, 1)
    assert.equal(read(join(own, files[0] ?? "")).reason, "failure")
  })
})
