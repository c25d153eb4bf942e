import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { createServer } from "node:net"
import { after, before, describe, it } from "node:test"
import { context, trace } from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http"
import { BatchSpanProcessor, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { traceTasks, type TraceOptions } from "#src/inspect/export/trace-tasks.ts"
import { collector, problemsOf } from "./collector.ts"

async function traced(work: () => Promise<unknown>, options: TraceOptions = {}): Promise<ReadableSpan[]> {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const stop = await traceTasks({ tracerProvider, ...options })
  try {
    await work()
  } finally {
    stop()
  }
  return exporter.getFinishedSpans()
}

function span(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const found = spans.filter((span) => span.name === name)
  assert.equal(found.length, 1, `${name} in ${spans.map(({ name }) => name).join(", ")}`)
  return found[0] as ReadableSpan
}

const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId

describe("spans of tasks, with a context manager", () => {
  const tracer = trace.getTracer("the program")
  before(() => assert.ok(context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())))
  after(() => context.disable())

  it("nest as tasks do, and under what their code opened", async () => {
    const provider = new TracerProvider({ spanProcessors: [] })
    const own = provider.getTracer("own")
    const spans = await traced(() =>
      runVirtual(async () => {
        await own.startActiveSpan("request", async (request) => {
          await asyncio.createTask(() => asyncio.sleep(1), { name: "inner" })
          assert.equal(trace.getActiveSpan(), request)
        })
        await asyncio.createTask(() => asyncio.sleep(1), { name: "outer" })
      }, { name: "main" }),
    )
    assert.equal(parentOf(span(spans, "outer")), span(spans, "main").spanContext().spanId)
    const inner = span(spans, "inner")
    assert.notEqual(parentOf(inner), span(spans, "main").spanContext().spanId)
    assert.equal(inner.spanContext().traceId, span(spans, "main").spanContext().traceId)
    assert.equal(parentOf(span(spans, "main")), undefined)
  })

  it("are what the spans of a task's code nest under, in every step, in coroutines and behind promises of others", async () => {
    const seen: (string | undefined)[] = []
    const note = (): void => void seen.push(trace.getActiveSpan()?.spanContext().spanId)
    const helper = asyncio.coroutine("helper", async () => {
      note()
      await asyncio.sleep(0.001)
      note()
    })
    const spans = await traced(() =>
      asyncio.run(async () => {
        const work = async (): Promise<void> => {
          note()
          await helper()
          note()
          await new Promise((resolve) => setTimeout(resolve, 1))
          note()
        }
        await asyncio.gather([asyncio.createTask(work, { name: "a" }), asyncio.sleep(0)])
        await asyncio.createTask(helper(), { name: "b" })
        await asyncio.createTask(async () => note(), { name: "c", eagerStart: true })
        note()
      }, { name: "main" }),
    )
    const [a, b, c, main] = ["a", "b", "c", "main"].map((name) => span(spans, name).spanContext().spanId)
    assert.deepEqual(seen, [a, a, a, a, a, b, b, c, main])
  })

  it("has spans for coroutines if asked, nested as they await", async () => {
    const leaf = asyncio.coroutine("leaf", () => asyncio.sleep(1))
    const middle = asyncio.coroutine("middle", async () => leaf())
    const broken = asyncio.coroutine("broken", async () => {
      throw new Error("no")
    })
    const work = async (): Promise<void> => {
      await middle()
      await broken().catch(() => undefined)
    }
    const spans = await traced(() => runVirtual(work, { name: "main" }), { coroutines: true })
    assert.equal(parentOf(span(spans, "leaf")), span(spans, "middle").spanContext().spanId)
    assert.equal(parentOf(span(spans, "middle")), span(spans, "main").spanContext().spanId)
    assert.equal(span(spans, "broken").status.code, 2)
    const without = await traced(() => runVirtual(work, { name: "main" }))
    assert.deepEqual(without.map(({ name }) => name), ["main"])
  })

  it("leaves the code that is not of its tasks alone", async () => {
    let outside: unknown = "not asked"
    await traced(async () => {
      await asyncio.run(() => asyncio.sleep(0))
      outside = trace.getActiveSpan()
    })
    assert.equal(outside, undefined)
    assert.ok(tracer)
  })
})

describe("spans of tasks", () => {
  it("nest by who made them where no context manager is registered", async () => {
    const spans = await traced(() => runVirtual(async () => asyncio.createTask(() => asyncio.sleep(1), { name: "child" }), { name: "main" }))
    assert.equal(parentOf(span(spans, "child")), span(spans, "main").spanContext().spanId)
  })

  it("say what was waited for and how long, who woke it, and how it ended", async () => {
    const spans = await traced(() =>
      runVirtual(async () => {
        const bell = new asyncio.Event({ name: "bell" })
        const guest = asyncio.createTask(() => bell.wait(), { name: "guest" })
        const broken = asyncio.createTask(async () => {
          await asyncio.sleep(2.5)
          throw new TypeError("no bread")
        }, { name: "broken" })
        const lost = asyncio.createTask(() => asyncio.sleep(60), { name: "lost" })
        await asyncio.sleep(3)
        bell.set()
        lost.cancel("closing time")
        await asyncio.wait([guest, broken, lost])
        broken.exception()
      }, { name: "main" }),
    )
    const guest = span(spans, "guest")
    assert.deepEqual(guest.events.map(({ name, attributes }) => [name, attributes?.["asyncio.wait.for"], attributes?.["asyncio.wait.seconds"]]), [["waited", "Event.wait", 3]])
    assert.deepEqual(guest.links.map((link) => link.context.spanId), [span(spans, "main").spanContext().spanId])
    assert.equal(guest.status.code, 0)
    const broken = span(spans, "broken")
    assert.deepEqual([broken.status.code, broken.status.message], [2, "TypeError: no bread"])
    assert.ok(broken.events.some(({ name }) => name === "exception"))
    const lost = span(spans, "lost")
    assert.equal(lost.status.code, 2)
    assert.match(lost.status.message ?? "", /cancelled by task 'main': closing time/)
    const asked = lost.events.find(({ name }) => name === "asked to cancel")
    assert.deepEqual(asked?.attributes, { "asyncio.cancel.by": "main", "asyncio.cancel.reason": "closing time" })
    assert.equal(lost.attributes["asyncio.task.end"], "cancelled")
  })

  it("ends with what is still open when it is stopped, and traces nothing more", async () => {
    const exporter = new InMemorySpanExporter()
    const stop = await traceTasks({ tracerProvider: new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }), coroutines: true })
    const nap = asyncio.coroutine("nap", () => asyncio.sleep(1))
    await assert.rejects(traceTasks(), { name: "RuntimeError", message: /are traced already/ })
    await runVirtual(async () => {
      await asyncio.sleep(1)
      stop()
      stop()
      await nap()
      await asyncio.createTask(() => asyncio.sleep(1), { name: "later" })
    }, { name: "main" })
    assert.deepEqual(exporter.getFinishedSpans().map(({ name }) => name), ["main"])
  })

  it("arrive at a collector", async () => {
    const to = await collector()
    const tracerProvider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: to.url }) })] })
    await traced(async () => {
      await runVirtual(async () => {
        await asyncio.createTask(() => asyncio.sleep(2), { name: "two" })
      }, { name: "main" })
      await tracerProvider.forceFlush()
    }, { tracerProvider })
    await tracerProvider.shutdown()
    await to.close()
    assert.deepEqual(problemsOf(to.spans), [])
    assert.deepEqual(to.spans.map(({ name }) => name).sort(), ["main", "two"])
  })

  it("does not disturb a program whose collector is down, refuses, is busy or never answers", async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve))
    const { port } = closed.address() as { port: number }
    await new Promise((resolve) => closed.close(resolve))
    const others = await Promise.all((["refuses", "is busy", "never answers"] as const).map((manner) => collector(manner)))
    for (const url of [`http://127.0.0.1:${port}/v1/traces`, ...others.map(({ url }) => url)]) {
      const exporter = new OTLPTraceExporter({ url, timeoutMillis: 100 })
      const tracerProvider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1, exportTimeoutMillis: 100 })] })
      const begun = performance.now()
      const results: unknown[] = []
      await traced(async () => {
        results.push(await asyncio.run(async () => {
          for (let i = 0; i < 200; i += 1) await asyncio.createTask(() => asyncio.sleep(0.001))
          return "done"
        }))
      }, { tracerProvider })
      assert.deepEqual(results, ["done"])
      // Less than if each task waited for its export to be given up.
      assert.ok(performance.now() - begun < 200 * 100)
      await tracerProvider.shutdown().catch(() => undefined)
    }
    await Promise.all(others.map((other) => other.close()))
  })

  it("lets tasks run as ever when the tracer throws", async () => {
    const said: unknown[] = []
    const own = console.error
    console.error = (...words: unknown[]) => void said.push(words)
    try {
      const tracerProvider = { getTracer: () => ({ startSpan: () => { throw new Error("no span today") } }) }
      await traced(async () => assert.equal(await runVirtual(async () => asyncio.createTask(() => asyncio.sleep(1, "fine"))), "fine"), { tracerProvider })
    } finally {
      console.error = own
    }
    assert.equal(said.length, 1)
  })

  it("says what to install where the package is missing", () => {
    const program = `
      import { registerHooks } from "node:module"
      registerHooks({ resolve(specifier, context, next) {
        if (!specifier.startsWith("@opentelemetry/")) return next(specifier, context)
        throw Object.assign(new Error("Cannot find package '" + specifier + "' imported from here"), { code: "ERR_MODULE_NOT_FOUND" })
      } })
      const { traceTasks } = await import("#src/inspect/export/trace-tasks.ts")
      await traceTasks().catch((error) => console.log(error.name + ": " + error.message))`
    const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=asyncio-ts:source", "--input-type=module", "-e", program], { encoding: "utf8" })
    assert.equal(stdout, "RuntimeError: traceTasks needs the package '@opentelemetry/api', which is not installed; run: npm install @opentelemetry/api\n", stderr)
  })
})
