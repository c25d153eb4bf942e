/**
 * What is asked of a process that is looked into, whichever way it is reached.
 */
import type { SnapshotOptions } from "../snapshot/own-snapshot.ts"

/** The questions. The socket of a program answers these and no others: it is no door to its memory. */
export type Question =
  | { readonly ask: "who" }
  | { readonly ask: "threads" }
  | { readonly ask: "look" }
  | { readonly ask: "snapshot"; readonly options: SnapshotOptions }
  | { readonly ask: "prepare"; readonly options: SnapshotOptions }
  | { readonly ask: "read"; readonly id: number; readonly from: number; readonly to: number }
  | { readonly ask: "drop"; readonly id: number }
  | { readonly ask: "measure"; readonly on: boolean }
  | { readonly ask: "record"; readonly capacity?: number | undefined; readonly limit?: number | undefined }
  | { readonly ask: "rest" }
  | { readonly ask: "recorded" }

/** Answer to `who`. */
export interface Who {
  readonly pid: number
  /** Seconds that it runs. */
  readonly uptime: number
  /** How many copies of the library it has loaded. */
  readonly agents: number
  /** What the first of them speaks. */
  readonly protocol?: number
  readonly version?: string
}

/** A call that is on the stack of a program. */
export interface Call {
  readonly function: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** The class of what it is called on, where the engine knows it. */
  readonly type?: string | null
}

/** Answer to `look`: what runs at this moment. */
export interface Look {
  /** Innermost first; empty while the process waits. */
  readonly calls: readonly Call[]
  /** How often the host's loop has gone round, where it tells. */
  readonly rounds?: number
  /** The folders of the library's own files, as paths. */
  readonly home?: readonly string[]
}

/** A process that answers. */
export interface Target {
  readonly pid: number
  /** `socket`, if the program has opened one; else the inspector of Node. */
  readonly way: "socket" | "inspector"
  /**
   * @param limit - seconds
   * @param thread - the worker thread that is asked, by its `threadId`; the main thread unless given
   * @throws AttachError - `no answer` after `limit`, `ended` where the process has ended
   */
  ask(question: Question, limit: number, thread?: number): Promise<unknown>
  /** Leaves the process as it was. */
  close(): Promise<void>
}

const RUNTIMES = `(globalThis[Symbol.for("asyncio-ts.runtimes")] ?? []).map((one) => "deref" in one ? one.deref() : one).filter(Boolean)`
const AGENT = `${RUNTIMES}[0]`

// The stack goes through the interrupt down to what it has interrupted, so the debugger, which
// would make each later await slower, is not needed. What a program has set to print its stacks
// is set aside for that one error.
const LOOK = `(() => {
  const limit = Error.stackTraceLimit
  const prepare = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace")
  let calls = []
  try {
    Error.stackTraceLimit = 100
    Object.defineProperty(Error, "prepareStackTrace", { configurable: true, writable: true, value: (_error, sites) => sites.slice(2).map((site) => ({
      function: site.getFunctionName() ?? "", type: site.getTypeName(), file: site.getScriptNameOrSourceURL() ?? "", line: site.getLineNumber() ?? 0, column: site.getColumnNumber() ?? 0, async: site.isAsync()
    })) })
    calls = new Error().stack
  } catch {} finally {
    Error.stackTraceLimit = limit
    if (prepare === undefined) delete Error.prepareStackTrace
    else Object.defineProperty(Error, "prepareStackTrace", prepare)
  }
  return { calls: Array.isArray(calls) ? calls.filter((call) => !call.async) : [], rounds: performance.nodeTiming?.uvMetricsInfo?.loopCount, home: ${AGENT}?.home }
})()`

/** Whether the answer comes later: then the engine is to wait for it, which it can only do while the loop goes round. */
export function isPromised({ ask }: Question): boolean {
  return ask === "prepare" || ask === "record" || ask === "rest"
}

/** The JavaScript that answers `question` in the process. */
export function expressionOf(question: Exclude<Question, { readonly ask: "threads" }>): string {
  switch (question.ask) {
    case "who":
      return `({ pid: process.pid, uptime: process.uptime(), agents: ${RUNTIMES}.length, protocol: ${AGENT}?.protocol, version: ${AGENT}?.version })`
    case "look":
      return LOOK
    case "snapshot":
      return `${AGENT}?.snapshotJson(${literal(question.options)})`
    case "prepare":
      return `${AGENT}?.prepareJson(${literal(question.options)})`
    case "read":
      return `${AGENT}?.readJson(${literal(question.id)}, ${literal(question.from)}, ${literal(question.to)})`
    case "drop":
      return `${AGENT}?.dropJson(${literal(question.id)})`
    case "measure":
      return `${AGENT}?.measureCpu(${literal(question.on)})`
    case "record":
      return `${AGENT}?.startRecording(${literal(question.capacity)}, ${literal(question.limit)})`
    case "rest":
      return `${AGENT}?.restRecording?.()`
    case "recorded":
      return `${AGENT}?.stopRecording()`
    default:
      // From a socket may come anything.
      throw new TypeError(`there is no question ${JSON.stringify(question satisfies never)}`)
  }
}

/** From a socket may come anything, whatever its type says here; so it stays data, and never is code. */
function literal(value: unknown): string {
  return JSON.stringify(value) ?? "undefined"
}
