import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import { fileURLToPath } from "node:url"
import type { Recording } from "asyncio-ts/inspect"
import { UsageError } from "#src/cli/arguments.ts"
import { timelineCommand } from "#src/cli/timeline-command.ts"
import { parseTimeline } from "#src/cli/timeline-arguments.ts"
import { writeRecording } from "#src/inspect/flight/recording-file-node.ts"
import { collector, problemsOf as problemsOfSpans } from "../inspect/export/collector.ts"
import { eventsOf, problemsOf } from "../inspect/export/trace-format.ts"

const COMMAND = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-timeline-"))
after(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command here: a process for each would take most of a second. */
async function timeline(args: readonly string[]): Promise<Ended> {
  let out = ""
  let err = ""
  const { log, error } = console
  console.log = (text: string) => void (out += `${text}\n`)
  console.error = (text: string) => void (err += `${text}\n`)
  try {
    const code = await timelineCommand(args)
    return { code, out, err }
  } finally {
    console.log = log
    console.error = error
  }
}

const task = { code: "function", loop: 1, leftBehind: false }
const recording: Recording = {
  version: 1,
  epoch: 1_700_000_000,
  tasks: [{ ...task, id: 1, name: "main" }, { ...task, id: 2, name: "cook", parent: 1 }],
  events: [
    { kind: "created", task: 1, time: 0 },
    { kind: "resumed", task: 1, time: 0 },
    { kind: "created", task: 2, time: 1 },
    { kind: "parked", task: 1, time: 1, on: "Task", awaits: [2] },
    { kind: "resumed", task: 2, time: 1 },
    { kind: "parked", task: 2, time: 1, on: "sleep", detail: "1 s" },
    { kind: "resumed", task: 2, time: 2 },
    { kind: "done", task: 2, time: 2, how: "returned" },
    { kind: "ready", task: 1, time: 2, by: 2 },
    { kind: "resumed", task: 1, time: 2 },
    { kind: "done", task: 1, time: 3, how: "returned" },
  ],
  dropped: 0,
}
const file = join(folder, "shop.rec")
writeFileSync(file, writeRecording(recording))
const json = join(folder, "shop.json")
writeFileSync(json, JSON.stringify(recording))

describe("asyncio-ts timeline", () => {
  it("draws a recording in the terminal", async () => {
    const options = process.execArgv.filter((option) => /^(-C|--conditions)/.test(option))
    const { status, stdout, stderr } = spawnSync(process.execPath, [...options, COMMAND, "timeline", file], { encoding: "utf8", env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined } })
    assert.equal(stderr, "")
    assert.deepEqual(stdout.split("\n").slice(2, 4), [
      "main █████████████████────────────────█████████████████ ✓  3.00 s  woken by cook",
      "cook                 ┃────────────────┃                 ✓  1.00 s",
    ])
    assert.equal(status, 0)
  })

  it("marks the critical path, and takes JSON as well", async () => {
    const { out } = await timeline([json, "--path", "--width", "80"])
    assert.match(out, /◆/)
    assert.match(out, /critical path/)
  })

  it("writes what the file's ending says, or --to", async () => {
    const svg = join(folder, "a.svg")
    const trace = join(folder, "a.perfetto.json")
    const events = join(folder, "a.out")
    for (const args of [["-o", svg, "--path"], [`--out=${trace}`], ["--to=json", "-o", events]]) assert.equal((await timeline([file, ...args])).code, 0)
    assert.match(readFileSync(svg, "utf8"), /^<svg .*class="path"/s)
    const written = eventsOf(readFileSync(trace, "utf8"))
    assert.ok(written.length > 10)
    assert.deepEqual(problemsOf(written), [])
    const { events: back, tasks } = JSON.parse(readFileSync(events, "utf8")) as Recording
    assert.deepEqual([back, tasks], [recording.events, recording.tasks])
  })

  it("sends spans to a collector", async () => {
    const to = await collector()
    process.env["OTEL_SERVICE_NAME"] = "shop"
    const { code, err } = await timeline([file, "--to", "otlp", "--url", to.url])
    delete process.env["OTEL_SERVICE_NAME"]
    await to.close()
    assert.equal(err, "asyncio-ts: 2 spans were taken\n")
    assert.equal(code, 0)
    assert.deepEqual([problemsOfSpans(to.spans), [...to.services]], [[], ["shop"]])
  })

  it("says in one sentence why it cannot, and exits with 1", async () => {
    const bytes = writeRecording(recording)
    const bad: [name: string, content: Uint8Array | string, said: RegExp][] = [
      ["cut.rec", bytes.subarray(0, bytes.length >> 1), /the recording was cut short/],
      ["empty.rec", "", /the recording is empty/],
      ["text.rec", "hello, this is some text", /this is no recording/],
      ["cut.json", JSON.stringify(recording).slice(0, 90), /cut short, or is no JSON/],
      ["other.json", '{"version":7,"tasks":[],"events":[]}', /has version 7, and this asyncio-ts reads version 1/],
      ["list.json", '{"tasks":[1],"events":[]}', /no recording/],
      ["bare.json", '{"tasks":[{}],"events":[{}]}', /the id of its task 1 is not as it should be/],
      ["event.json", '{"tasks":[],"events":[{"kind":"toString","task":1,"time":0}]}', /its event 1 is of no known kind/],
      ["foreign.json", '{"name":"asyncio-ts"}', /no recording/],
    ]
    for (const [name, content] of bad) writeFileSync(join(folder, name), content)
    mkdirSync(join(folder, "a-folder"))
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve))
    const { port } = closed.address() as { port: number }
    await new Promise((resolve) => closed.close(resolve))
    const cases: [args: string[], said: RegExp][] = [
      ...bad.map(([name, , said]): [string[], RegExp] => [[join(folder, name)], said]),
      [["nowhere.rec"], /^asyncio-ts: cannot read nowhere\.rec: there is no such file$/],
      [[join(folder, "a-folder")], /it is a folder$/],
      [[file, "--out", join(folder, "no", "where.svg")], /cannot write .*its folder does not exist$/],
      [[file, "--to=otlp", "--url", `http://127.0.0.1:${port}/v1/traces`], /did not take spans, after 0 of 2: .*ECONNREFUSED/],
    ]
    const before = hashOf(file)
    process.env["OTEL_EXPORTER_OTLP_TIMEOUT"] = "100"
    for (const [args, said] of cases) {
      const { code, out, err } = await timeline(args)
      assert.match(err.trimEnd(), said, args.join(" "))
      assert.equal(err.trimEnd().split("\n").length, 1, err)
      assert.deepEqual([code, out], [1, ""], args.join(" "))
    }
    delete process.env["OTEL_EXPORTER_OTLP_TIMEOUT"]
    assert.equal(hashOf(file), before)
  })

  it("refuses what it was called wrongly with", () => {
    const wrong: [args: string[], said: RegExp][] = [
      [[], /of which recording/],
      [["a", "b"], /one recording, not both a and b/],
      [["a", "--to=pdf"], /--to takes terminal, .* or json, not 'pdf'/],
      [["a", "--to=otlp", "-o", "b"], /writes no file/],
      [["a", "--url=http://x"], /add --to=otlp/],
      [["a", "--to=otlp", "--url=x"], /not 'x'/],
      [["a", "--width=3"], /from 40 to 1000, not '3'/],
      [["a", "--loud"], /--help lists the options/],
    ]
    for (const [args, said] of wrong) assert.throws(() => parseTimeline(args), (error) => error instanceof UsageError && said.test(error.message), args.join(" "))
    assert.equal(parseTimeline(["-h"]), "help")
  })
})

function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex")
}
