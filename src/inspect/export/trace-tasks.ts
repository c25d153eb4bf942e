/**
 * Opens a span of OpenTelemetry for each task while a program runs.
 */
import type * as otel from "@opentelemetry/api"
import { startBodiesWithin } from "../../core/body-start.ts"
import type { CancelRequest } from "../../core/cancel-request.ts"
import type { Frame } from "../../core/frame.ts"
import { observe, type Observer, type TaskEnd, type TaskInfo, type WaitInfo } from "../../core/observer.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { textOf } from "../reason-text.ts"
import { labelOf } from "../wording.ts"
import { loadPackage } from "./opentelemetry-packages.ts"
import { ASKED_TO_CANCEL, END, requestAttributes, statusOf, taskAttributes, WAITED, waitAttributes, WOKEN_BY } from "./span-words.ts"

/** What spans are opened with: a `TracerProvider` of OpenTelemetry. */
export interface TracerSource {
  getTracer(name: string, version?: string): unknown
}

/** What is traced. */
export interface TraceOptions {
  /** By default the one that is registered with `@opentelemetry/api`. */
  readonly tracerProvider?: TracerSource
  /** Whether coroutines that are awaited within a task have spans too; by default they have none. */
  readonly coroutines?: boolean
  /** Whether each wait of a task is an event of its span; by default it is. */
  readonly waits?: boolean
}

type Api = typeof otel

interface Traced {
  readonly span: otel.Span
  /** What the task's code runs in. */
  readonly context: otel.Context
  wait: WaitInfo | undefined
  since: number
}

let tracing = false

/**
 * Opens a span for each task from now on; what it gives stops that. Needs `@opentelemetry/api`.
 *
 * The span of a task is a child of the span that its maker stands in. Spans that its code
 * opens, by hand or in an instrumented library, are children of its own, if a context manager
 * is registered, such as `AsyncLocalStorageContextManager`. Waits and requests to cancel are
 * events; a task that failed or was cancelled has the status ERROR and says why; a link leads
 * to the task that woke it. Whatever the tracer or its exporter does, tasks run as without it.
 *
 * @throws RuntimeError if the package is not installed, or tasks are traced already.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { traceTasks } from "asyncio-ts/inspect"
 * import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace"
 *
 * const exporter = new InMemorySpanExporter()
 * const stop = await traceTasks({ tracerProvider: new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }) })
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * stop()
 * console.log(exporter.getFinishedSpans().map(({ name }) => name)) // -> [ 'nap' ]
 * ```
 */
export async function traceTasks(options: TraceOptions = {}): Promise<() => void> {
  const api = await loadPackage(() => import("@opentelemetry/api"), "@opentelemetry/api", "traceTasks", "@opentelemetry/api")
  if (tracing) throw new RuntimeError("traceTasks: tasks are traced already; call what the first call gave, to stop it")
  const { tracerProvider = api.trace } = options
  // The interface is wider, so that the types of this library do not need those of OpenTelemetry.
  const tracer = new TaskTracer(api, tracerProvider.getTracer("asyncio-ts") as otel.Tracer, options)
  const leave = observe(tracer)
  tracing = true
  startBodiesWithin((frame, begin) => tracer.within(frame, begin))
  return () => {
    if (!tracing) return
    tracing = false
    startBodiesWithin(null)
    leave()
    tracer.close()
  }
}

class TaskTracer implements Observer {
  readonly #api: Api
  readonly #tracer: otel.Tracer
  readonly #coroutines: boolean
  readonly #waits: boolean
  readonly #tasks = new Map<number, Traced>()
  /** The spans of coroutines. */
  readonly #bodies = new Map<object, otel.Span>()

  constructor(api: Api, tracer: otel.Tracer, { coroutines = false, waits = true }: TraceOptions) {
    this.#api = api
    this.#tracer = tracer
    this.#coroutines = coroutines
    this.#waits = waits
  }

  taskCreated(task: TaskInfo, parent: TaskInfo | null | undefined): void {
    const { trace } = this.#api
    const { id, taskName, name, begun } = task
    let context = this.#api.context.active()
    const made = parent === undefined || parent === null ? undefined : this.#tasks.get(parent.id)
    // Without a context manager nobody else knows whose code this is.
    if (trace.getSpan(context) === undefined && made !== undefined) context = made.context
    const label = labelOf({ name: taskName, code: name })
    const span = this.#tracer.startSpan(begun ? `left behind: ${label}` : label, { attributes: taskAttributes(id, taskName, name) }, context)
    this.#tasks.set(id, { span, context: trace.setSpan(context, span), wait: undefined, since: 0 })
  }

  taskResumed(task: TaskInfo, time: number): void {
    const traced = this.#tasks.get(task.id)
    if (traced?.wait === undefined) return
    this.#waited(traced, time)
  }

  taskParked(task: TaskInfo, on: WaitInfo, time: number): void {
    const traced = this.#tasks.get(task.id)
    if (traced === undefined) return
    // That a promise which is not of this library has settled shows only now.
    if (traced.wait !== undefined) this.#waited(traced, time)
    traced.wait = on
    traced.since = time
  }

  taskWoken(task: TaskInfo, by: TaskInfo | undefined): void {
    const waker = by === undefined ? undefined : this.#tasks.get(by.id)
    if (waker === undefined || by === task) return
    this.#tasks.get(task.id)?.span.addLink({ context: waker.span.spanContext(), attributes: WOKEN_BY })
  }

  cancelRequested(task: TaskInfo, request: CancelRequest, by: TaskInfo | undefined): void {
    const why = request.message === undefined ? undefined : textOf(request.message)
    this.#tasks.get(task.id)?.span.addEvent(ASKED_TO_CANCEL, requestAttributes(by?.taskName, why))
  }

  taskDone(task: TaskInfo, how: TaskEnd, time: number, reason: unknown): void {
    const traced = this.#tasks.get(task.id)
    if (traced === undefined) return
    this.#tasks.delete(task.id)
    const { span } = traced
    if (traced.wait !== undefined) this.#waited(traced, time)
    span.setAttribute(END, how)
    if (how !== "returned") span.setStatus(statusOf(how, reason === undefined ? undefined : textOf(reason)))
    if (how === "failed") span.recordException(reason instanceof Error ? reason : String(reason))
    span.end()
  }

  bodyEnded(frame: object, outcome: "returned" | "threw"): void {
    const span = this.#bodies.get(frame)
    if (span === undefined) return
    this.#bodies.delete(frame)
    if (outcome === "threw") span.setStatus(statusOf("failed", "it threw"))
    span.end()
  }

  /** Runs the beginning of a body, and with it all of the body, in the context of its span. */
  within(frame: Frame, begin: () => Promise<unknown>): Promise<unknown> {
    let begun: Promise<unknown> | undefined
    try {
      const context = this.#contextOf(frame)
      if (context !== undefined) void this.#api.context.with(context, () => (begun = begin()))
    } catch {
      // A tracer that fails is no reason for the task to.
    }
    return begun ?? begin()
  }

  /** Ends the spans of what goes on untraced. */
  close(): void {
    for (const span of this.#bodies.values()) span.end()
    for (const { span } of this.#tasks.values()) span.end()
    this.#bodies.clear()
    this.#tasks.clear()
  }

  #contextOf(frame: Frame): otel.Context | undefined {
    const { owner } = frame
    if (frame === (owner as object | null)) return this.#tasks.get(owner?.id ?? 0)?.context
    if (!this.#coroutines) return undefined
    const active = this.#api.context.active()
    const context = this.#api.trace.getSpan(active) === undefined ? (this.#tasks.get(owner?.id ?? 0)?.context ?? active) : active
    const span = this.#tracer.startSpan(frame.name, { attributes: { "code.function.name": frame.name } }, context)
    this.#bodies.set(frame, span)
    return this.#api.trace.setSpan(context, span)
  }

  #waited(traced: Traced, time: number): void {
    const { wait, span, since } = traced
    traced.wait = undefined
    if (wait !== undefined && this.#waits) span.addEvent(WAITED, waitAttributes(wait.kind, wait.detail, time - since))
  }
}
