/** Stands in for a collector of OpenTelemetry: takes OTLP as JSON over HTTP, and checks it. */
import assert from "node:assert/strict"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { gunzipSync } from "node:zlib"

export interface OtlpValue {
  readonly stringValue?: string
  readonly intValue?: number
  readonly doubleValue?: number
  readonly boolValue?: boolean
}
export interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}
export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly OtlpAttribute[]
  readonly events: readonly { readonly name: string; readonly timeUnixNano: string; readonly attributes: readonly OtlpAttribute[] }[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: readonly OtlpAttribute[] }[]
  readonly status: { readonly code: number; readonly message?: string }
  readonly droppedEventsCount: number
}

/** What the collector does with what it is sent. */
export type Manner = "takes" | "refuses" | "is busy" | "never answers"

export interface Collector {
  readonly url: string
  readonly spans: OtlpSpan[]
  readonly services: Set<string>
  readonly headers: IncomingMessage["headers"][]
  requests: number
  close(): Promise<void>
}

const STATUS = { takes: 200, refuses: 400, "is busy": 503 } as const

export async function collector(manner: Manner = "takes"): Promise<Collector> {
  const server = createServer((request, response) => void serve(request, response))
  const found: Collector = {
    url: "",
    spans: [],
    services: new Set(),
    headers: [],
    requests: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    found.requests += 1
    found.headers.push(request.headers)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (manner === "never answers") return
    if (manner === "takes") {
      assert.equal(request.method, "POST")
      assert.equal(request.url, "/v1/traces")
      assert.match(request.headers["content-type"] ?? "", /^application\/json/)
      const body = Buffer.concat(chunks)
      take(found, (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString())
    }
    response.writeHead(STATUS[manner], { "content-type": "application/json" }).end("{}")
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return Object.assign(found, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces` })
}

/** Adds the spans of a request to export. */
export function take(to: { readonly spans: OtlpSpan[]; readonly services: Set<string> }, text: string): void {
  type Request = { resourceSpans: { resource: { attributes: OtlpAttribute[] }; scopeSpans: { scope: { name: string }; spans: OtlpSpan[] }[] }[] }
  const { resourceSpans } = JSON.parse(text) as Request
  for (const { resource, scopeSpans } of resourceSpans) {
    for (const { key, value } of resource.attributes) if (key === "service.name") to.services.add(value.stringValue ?? "")
    for (const { spans } of scopeSpans) to.spans.push(...spans)
  }
}

/** Everything that is wrong with spans, by what OTLP asks of them. */
export function problemsOf(spans: readonly OtlpSpan[]): string[] {
  const problems: string[] = []
  const known = new Map(spans.map((span) => [span.spanId, span]))
  if (known.size !== spans.length) problems.push("two spans have one id")
  for (const { name, traceId, spanId, parentSpanId, startTimeUnixNano: from, endTimeUnixNano: to, events, links, status } of spans) {
    const say = (what: string): void => void problems.push(`${name}: ${what}`)
    if (!/^[0-9a-f]{32}$/.test(traceId) || /^0+$/.test(traceId)) say(`a trace id is 32 digits: ${traceId}`)
    if (!/^[0-9a-f]{16}$/.test(spanId)) say(`a span id is 16 digits: ${spanId}`)
    if (!/^\d+$/.test(from) || !/^\d+$/.test(to) || BigInt(from) > BigInt(to)) say(`it ends before it begins: ${from} ${to}`)
    const parent = known.get(parentSpanId ?? "")
    if (parentSpanId !== undefined && parent === undefined) say("its parent is not there")
    if (parent !== undefined && parent.traceId !== traceId) say("its parent is in another trace")
    for (const { name: event, timeUnixNano: at } of events) if (BigInt(at) < BigInt(from) || BigInt(at) > BigInt(to)) say(`${event} is not within it`)
    for (const { spanId: to } of links) if (!known.has(to)) say("a link leads nowhere")
    if (![0, 1, 2].includes(status.code)) say("an unknown status")
  }
  return problems
}

export function valueOf(attributes: readonly OtlpAttribute[], key: string): unknown {
  const value = attributes.find((attribute) => attribute.key === key)?.value
  return value === undefined ? undefined : Object.values(value)[0]
}
