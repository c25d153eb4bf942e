/** One cell of the matrix: an operation through a proxy with a fault, perhaps cancelled. */
import * as asyncio from "asyncio-ts"
import { HTTPError, WebSocketClosedError } from "asyncio-ts/http"
import { startFaultProxy, type Fault } from "asyncio-ts/testing"
import { EXPECTED, type FaultName, type OperationName } from "./expected.ts"
import { operations } from "./operations.ts"
import type { Ports } from "./upstream.ts"

export const CANCELS = ["none", "before", "during", "after"] as const
export const TRANSPORTS = ["tcp", "tls"] as const

export interface CellName {
  readonly fault: FaultName
  readonly operation: OperationName
  readonly cancel: (typeof CANCELS)[number]
  readonly transport: (typeof TRANSPORTS)[number]
}

const FAULT: Readonly<Record<FaultName, Fault>> = {
  delay: { kind: "delay", seconds: 0.01 },
  stall: { kind: "stall" },
  drop: { kind: "drop" },
  reset: { kind: "reset" },
  slice: { kind: "slice", size: 2048 },
  limit: { kind: "limit", bytes: 600 },
  corrupt: { kind: "corrupt", every: 400 },
  slowClose: { kind: "slowClose", seconds: 0.03 },
}

/** Seconds that an operation is given that is to run out of them, and another one, which has its end by itself. */
const DEADLINE = { short: 0.25, long: 20 }
/** Seconds that it may end too late. */
const LATE = 0.5

const CLASSES: Readonly<Record<string, new (...args: never[]) => Error>> = {
  ConnectionError: asyncio.ConnectionError,
  IncompleteReadError: asyncio.IncompleteReadError,
  SSLError: asyncio.SSLError,
  HTTPError,
  WebSocketClosedError,
  CancelledError: asyncio.CancelledError,
}

/** What is wrong with a cell; empty if nothing is. */
export async function runCell(name: CellName, ports: Ports): Promise<string[]> {
  const { fault, operation, cancel, transport } = name
  const { upstream, plain = false, run } = operations[operation]
  const loop = asyncio.getRunningLoop()
  const before = handles()
  const resources = loop.resources.size
  const port = upstream === "http" ? (transport === "tls" ? ports.https : ports.http) : transport === "tls" && !(plain && operation === "startTls") ? ports.tls : ports.tcp
  const proxy = await startFaultProxy({ port })
  const expected = cancel === "before" || cancel === "during" ? "CancelledError" : EXPECTED[operation][transport][fault]
  const seconds = expected.split(" ").includes("timeout") ? DEADLINE.short : DEADLINE.long
  const lag = new Lag(loop)
  let begun = loop.time()
  const task = asyncio.createTask(() =>
    asyncio.timeout(null).run((deadline) =>
      run({
        transport,
        port: proxy.port,
        harm: () => proxy.setFaults({ up: FAULT[fault], down: FAULT[fault] }),
        enter: () => {
          begun = loop.time()
          deadline.reschedule(begun + seconds)
          if (cancel === "before") task.cancel("before")
          // The host may have its turn before any later iteration, and the operation its end.
          if (cancel === "during") loop.callSoon(() => task.cancel("during"))
        },
      }),
    ),
  )
  const outcome = await outcomeOf(task)
  const took = loop.time() - begun - lag.stop()
  const problems: string[] = []
  if (!matches(outcome, expected)) problems.push(`gave ${describe(outcome)} and not ${expected}`)
  const limit = expected === "CancelledError" ? LATE : seconds + LATE
  if (took > limit) problems.push(`took ${took.toFixed(3)} s and not at most ${limit}`)
  if (cancel === "after" && task.cancel()) problems.push("could be cancelled after its end")
  // What the client has open is gone before the proxy is; the host may take a turn to say so.
  const left = (): string[] => [...loop.resources].map(String).slice(resources).filter((resource) => !resource.startsWith("<FaultProxy"))
  if (!(await soon(() => left().length === 0))) problems.push(`left open: ${left().join(", ")}`)
  await proxy.close()
  if (!(await soon(() => handles() <= before))) problems.push(`left ${handles() - before} handles: ${process.getActiveResourcesInfo().join(" ")}`)
  if (asyncio.allTasks().size > 1) problems.push(`left tasks: ${[...asyncio.allTasks()].map(String).join(", ")}`)
  return problems
}

async function outcomeOf(task: asyncio.Task<string>): Promise<string | Error> {
  try {
    return await task
  } catch (error) {
    if (!(error instanceof Error)) return `threw ${String(error)}`
    return error instanceof asyncio.TimeoutError && !(error instanceof HTTPError) ? "timeout" : error
  }
}

function matches(outcome: string | Error, expected: string): boolean {
  return expected.split(" ").some((name) => {
    if (typeof outcome === "string") return name === outcome
    const Expected = CLASSES[name]
    return Expected !== undefined && outcome instanceof Expected
  })
}

function describe(outcome: string | Error): string {
  return typeof outcome === "string" ? outcome : `${outcome.name}: ${outcome.message}`
}

/** Sockets, servers and timers that keep the process alive; what the test itself needs is not counted. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((kind) => /Socket|TLS|Pipe|Server|Timeout|GetAddrInfo|Connect|Write|Shutdown/.test(kind) && kind !== "Timeout").length
}

async function soon(condition: () => boolean): Promise<boolean> {
  const loop = asyncio.getRunningLoop()
  for (const until = loop.time() + 20; loop.time() < until; await asyncio.sleep(0.002)) if (condition()) return true
  return condition()
}

/** How much later than asked the host calls, which is no fault of what is measured. */
class Lag {
  #sum = 0
  #due = 0
  #timer: NodeJS.Timeout
  readonly #loop: asyncio.EventLoop

  constructor(loop: asyncio.EventLoop) {
    this.#loop = loop
    this.#timer = this.#measure()
  }

  #measure(): NodeJS.Timeout {
    this.#due = this.#loop.time() + 0.005
    return setTimeout(() => {
      this.#add()
      this.#timer = this.#measure()
    }, 5)
  }

  #add(): void {
    this.#sum += Math.max(0, this.#loop.time() - this.#due - 0.002)
  }

  /** Seconds in which the process could not run, those included that have just passed. */
  stop(): number {
    clearTimeout(this.#timer)
    this.#add()
    return this.#sum
  }
}
