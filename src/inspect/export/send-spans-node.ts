/**
 * Sends a recording to a collector of OpenTelemetry, by OTLP.
 */
import { performance } from "node:perf_hooks"
import type { ReadableSpan, SpanProcessor, TracerProviderOptions } from "@opentelemetry/sdk-trace"
import { RuntimeError } from "../../errors/misuse.ts"
import type { Recording } from "../recording.ts"
import { loadPackage } from "./opentelemetry-packages.ts"
import { makeSpans } from "./recorded-spans.ts"

/** Where spans go. */
export interface SendOptions {
  /** Where a collector takes OTLP over HTTP; by default what `OTEL_EXPORTER_OTLP_ENDPOINT` says, else `http://localhost:4318/v1/traces`. */
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  /** What the program is called there; by default what `OTEL_SERVICE_NAME` says, else `asyncio-ts`. */
  readonly serviceName?: string
  /** How long a request may take with its retries, in seconds; by default what `OTEL_EXPORTER_OTLP_TIMEOUT` says, else 10. */
  readonly timeout?: number
  /** Until when tasks that live are drawn, in seconds; by default the last event of their loop. */
  readonly until?: number
}

/** How many spans go in one request. */
const AT_ONCE = 512
/** Of one task; the first ones make room, and their number is told. */
const MOST_EVENTS = 4096
const PACKAGES = ["@opentelemetry/api", "@opentelemetry/sdk-trace", "@opentelemetry/exporter-trace-otlp-http"] as const

/**
 * Sends a recording as spans of OpenTelemetry: one for each task, with its waits as events and
 * a link to each task that woke it, and one for each job of a worker. Needs the packages
 * `@opentelemetry/api`, `@opentelemetry/sdk-trace` and `@opentelemetry/exporter-trace-otlp-http`.
 *
 * @param recording - of a `Recorder`
 * @returns how many spans were sent
 * @throws RuntimeError if a package is not installed, or the collector does not take the spans.
 */
export async function sendToOpenTelemetry(recording: Recording, options: SendOptions = {}): Promise<number> {
  const install = PACKAGES.join(" ")
  const attempt = "sendToOpenTelemetry"
  const api = await loadPackage(() => import("@opentelemetry/api"), PACKAGES[0], attempt, install)
  const { TracerProvider } = await loadPackage(() => import("@opentelemetry/sdk-trace"), PACKAGES[1], attempt, install)
  const { OTLPTraceExporter } = await loadPackage(() => import("@opentelemetry/exporter-trace-otlp-http"), PACKAGES[2], attempt, install)
  const { url, headers, serviceName = process.env["OTEL_SERVICE_NAME"] ?? "asyncio-ts", timeout, until } = options
  const ended = new Ended()
  const limits = { eventCountLimit: MOST_EVENTS, linkCountLimit: MOST_EVENTS }
  const provider = new TracerProvider({ spanProcessors: [ended], spanLimits: limits, resource: named(serviceName) })
  const epoch = recording.epoch ?? performance.timeOrigin / 1000
  makeSpans(recording, { api, tracer: provider.getTracer("asyncio-ts"), epoch, until })
  const exporter = new OTLPTraceExporter({ ...(timeout === undefined ? {} : { timeoutMillis: timeout * 1000 }), ...(url === undefined ? {} : { url }), ...(headers === undefined ? {} : { headers: { ...headers } }) })
  try {
    for (let at = 0; at < ended.spans.length; at += AT_ONCE) {
      const some = ended.spans.slice(at, at + AT_ONCE)
      const { code, error } = await new Promise<{ code: number; error?: Error }>((resolve) => exporter.export(some, resolve))
      if (code !== 0) throw refused(url, at, ended.spans.length, error)
    }
  } finally {
    await exporter.shutdown()
  }
  return ended.spans.length
}

function refused(url = process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? "http://localhost:4318/v1/traces", sent: number, all: number, error: Error | undefined): RuntimeError {
  const { message = "no reason was given", code, errors } = (error ?? {}) as { message?: string; code?: unknown; errors?: readonly Error[] }
  const said = message === "" ? (errors?.[0]?.message ?? "no reason was given") : message
  const status = typeof code === "number" ? ` (HTTP ${code})` : ""
  return new RuntimeError(
    `sendToOpenTelemetry: ${url} did not take spans, after ${sent} of ${all}: ${said}${status}; is a collector there that takes OTLP as JSON over HTTP?`,
    { cause: error },
  )
}

/** What tells the spans of this program from those of others. */
function named(serviceName: string): NonNullable<TracerProviderOptions["resource"]> {
  const attributes = { "service.name": serviceName }
  const resource = { attributes, merge: () => resource, getRawAttributes: () => Object.entries(attributes) }
  return resource
}

/** Keeps the spans that have ended. */
class Ended implements SpanProcessor {
  readonly spans: ReadableSpan[] = []

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    this.spans.push(span)
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
