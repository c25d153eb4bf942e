import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { createServer } from "node:net"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { Recorder, type Recording } from "asyncio-ts/inspect"
import { runVirtual } from "asyncio-ts/testing"
import { hrTime } from "#src/inspect/export/recorded-spans.ts"
import { sendToOpenTelemetry } from "#src/inspect/export/send-spans-node.ts"
import { collector, problemsOf, valueOf, type OtlpSpan } from "./collector.ts"

const task = { code: "function", loop: 1, leftBehind: false }
/** `cook` is made by `main`, waits for the bell that `main` rings, and is cancelled; `guest` still waits. */
const recording: Recording = {
  version: 1,
  epoch: 1_700_000_000,
  tasks: [
    { ...task, id: 1, name: "main" },
    { ...task, id: 2, name: "cook", parent: 1, place: "main (shop.ts:3:9)" },
    { ...task, id: 3, name: "guest", parent: 2 },
    { ...task, id: 4, name: "broken" },
  ],
  events: [
    { kind: "created", task: 1, time: 10 },
    { kind: "resumed", task: 1, time: 10 },
    { kind: "created", task: 2, time: 10.25 },
    { kind: "parked", task: 1, time: 10.5, on: "sleep", detail: "1 s" },
    { kind: "resumed", task: 2, time: 10.5 },
    { kind: "created", task: 3, time: 10.5 },
    { kind: "parked", task: 2, time: 10.75, on: "Event.wait", place: "cook (shop.ts:8:5)" },
    { kind: "resumed", task: 3, time: 10.75 },
    { kind: "parked", task: 3, time: 10.75, on: "Queue.get", detail: "'orders'" },
    { kind: "created", task: 4, time: 11 },
    { kind: "done", task: 4, time: 11, how: "failed", reason: "TypeError: no bread" },
    { kind: "ready", task: 1, time: 11.5 },
    { kind: "resumed", task: 1, time: 11.5 },
    { kind: "ready", task: 2, time: 11.75, by: 1 },
    { kind: "cancel requested", task: 2, time: 12, by: "main", why: "closing time" },
    { kind: "done", task: 1, time: 12, how: "returned" },
    { kind: "resumed", task: 2, time: 12 },
    { kind: "done", task: 2, time: 12.25, how: "cancelled", reason: "cancelled by task 'main': closing time" },
  ],
  dropped: 0,
  pauses: [{ kind: "blocked", from: 11, to: 11.5, what: "crunch", place: "shop.ts:20:3", advice: "give it to toThread" }],
  pools: {
    workers: [{ id: 1, pool: "cpu", label: "thread 1", started: 10 }],
    jobs: [{ id: 7, name: "bake", task: 2, queued: 10.6, begun: 10.75, worker: 1, ended: 11, how: "failed", reason: "Error: burnt" }],
    dropped: 0,
    loops: [1],
  },
}

async function received(sent: Recording, options: object = {}): Promise<{ spans: OtlpSpan[]; services: Set<string>; requests: number; count: number }> {
  const to = await collector()
  const count = await sendToOpenTelemetry(sent, { url: to.url, ...options })
  await to.close()
  return { spans: to.spans, services: to.services, requests: to.requests, count }
}

const nano = (seconds: number): string => String((1_700_000_000n * 1000n + BigInt(seconds * 1000)) * 1_000_000n)

describe("a recording sent to a collector", () => {
  it("arrives as spans that nest as the tasks were made, with their times, waits, links and ends", async () => {
    const { spans, services, count } = await received(recording, { serviceName: "shop" })
    assert.deepEqual(problemsOf(spans), [])
    assert.deepEqual([...services], ["shop"])
    assert.equal(count, 6)
    const of = (name: string): OtlpSpan => spans.find((span) => span.name === name) ?? assert.fail(`no ${name}`)
    assert.equal(of("main").parentSpanId, undefined)
    assert.equal(of("cook").parentSpanId, of("main").spanId)
    assert.equal(of("guest").parentSpanId, of("cook").spanId)
    assert.equal(of("bake").parentSpanId, of("cook").spanId)
    assert.notEqual(of("broken").traceId, of("main").traceId)
    assert.deepEqual([of("cook").startTimeUnixNano, of("cook").endTimeUnixNano], [nano(10.25), nano(12.25)])
    assert.deepEqual(of("cook").events.map(({ name, timeUnixNano }) => [name, timeUnixNano]), [["waited", nano(11.75)], ["asked to cancel", nano(12)]])
    assert.deepEqual(["asyncio.wait.for", "asyncio.wait.seconds", "asyncio.wait.at"].map((key) => valueOf(of("cook").events[0]?.attributes ?? [], key)), ["Event.wait", 1, "cook (shop.ts:8:5)"])
    assert.deepEqual(of("cook").links.map(({ spanId }) => spanId), [of("main").spanId])
    assert.deepEqual(of("cook").status, { code: 2, message: "cancelled by task 'main': closing time" })
    assert.deepEqual(of("main").status.code, 0)
    assert.deepEqual(of("broken").status, { code: 2, message: "TypeError: no bread" })
    assert.deepEqual(of("guest").events.map(({ name, timeUnixNano }) => [name, timeUnixNano]), [["waits", nano(10.75)]])
    assert.equal(valueOf(of("guest").attributes, "asyncio.task.end"), "still there")
    assert.equal(valueOf(of("blocked").attributes, "asyncio.blocked.at"), "shop.ts:20:3")
  })

  it("arrives whole if it is recorded and long", async () => {
    const recorder = new Recorder({ capacity: 4000 }).start()
    await runVirtual(async () => {
      for (let i = 0; i < 300; i += 1) await asyncio.gather([asyncio.sleep(1), asyncio.createTask(() => asyncio.sleep(2)), asyncio.createTask(() => asyncio.sleep(0))])
    })
    recorder.stop()
    const { spans, requests, count } = await received(recorder.recording())
    assert.deepEqual(problemsOf(spans), [])
    assert.equal(spans.length, count)
    assert.ok(count > 512 && requests > 1)
  })

  it("sends what headers it is told, and nothing for nothing", async () => {
    const to = await collector()
    await sendToOpenTelemetry(recording, { url: to.url, headers: { "x-key": "abc" } })
    assert.equal(to.headers[0]?.["x-key"], "abc")
    assert.equal(await sendToOpenTelemetry({ tasks: [], events: [], dropped: 0 }, { url: to.url }), 0)
    await to.close()
  })

  it("says where it could not be sent, and why", async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve))
    const { port } = closed.address() as { port: number }
    await new Promise((resolve) => closed.close(resolve))
    const down = `http://127.0.0.1:${port}/v1/traces`
    await assert.rejects(sendToOpenTelemetry(recording, { url: down, timeout: 0.1 }), { name: "RuntimeError", message: new RegExp(`${down} did not take spans, after 0 of 6: .*ECONNREFUSED.*is a collector there`) })
    for (const [manner, said] of [["refuses", /HTTP 400/], ["is busy", /did not take spans/], ["never answers", /did not take spans/]] as const) {
      const to = await collector(manner)
      await assert.rejects(sendToOpenTelemetry(recording, { url: to.url, timeout: 0.1 }), { name: "RuntimeError", message: said })
      await to.close()
    }
  })

  it("says what to install where a package is missing", () => {
    const program = `
      import { registerHooks } from "node:module"
      registerHooks({ resolve(specifier, context, next) {
        if (specifier !== "@opentelemetry/sdk-trace") return next(specifier, context)
        throw Object.assign(new Error("Cannot find package '" + specifier + "' imported from here"), { code: "ERR_MODULE_NOT_FOUND" })
      } })
      const { sendToOpenTelemetry } = await import("#src/inspect/export/send-spans-node.ts")
      await sendToOpenTelemetry({ tasks: [], events: [], dropped: 0 }).catch((error) => console.log(error.message))`
    const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=asyncio-ts:source", "--input-type=module", "-e", program], { encoding: "utf8" })
    assert.equal(stdout, "sendToOpenTelemetry needs the package '@opentelemetry/sdk-trace', which is not installed; run: npm install @opentelemetry/api @opentelemetry/sdk-trace @opentelemetry/exporter-trace-otlp-http\n", stderr)
  })

  it("keeps nanoseconds that a number of seconds since 1970 could not hold", () => {
    assert.deepEqual(hrTime(1_763_769_600.5, 0.000_000_001), [1_763_769_600, 500_000_001])
    assert.deepEqual(hrTime(1.75, 0.5), [2, 250_000_000])
    assert.deepEqual(hrTime(1.999_999_999_9, 0), [2, 0])
  })
})
