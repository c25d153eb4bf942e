/** What the other entry points export, and why the rest of it waits for nothing. */
import * as asyncio from "asyncio-ts"

/** Patterns of names, `*` for anything: those that wait for nothing, or wait as a row of another name does. */
export const OTHER_NO_WAIT: Readonly<Record<string, string>> = {
  // Of what runs loops of its own the test waits; the choices of a program are made at once.
  "asyncio-ts/testing": `
    FaultProxy.setFaults FaultProxy.abandon VirtualClock.* memoryStreams runTest runVirtual streamContract Sequencer.describe leakGuard
    Schedule.parse choice explore fault maybe replay
  `,
  // What watches, shows and attaches waits for no loop; what of it asks another process is a coroutine of those above.
  "asyncio-ts/inspect": "*",
  // `timeline` awaits a task, as every program does; the rest shows at once.
  "asyncio-ts/notebook": "Picture.toSvg picture ps timeline",
  // They run requests of servers that are not of this library, as asyncio-ts/http runs its own.
  "asyncio-ts/handler": "*",
  "asyncio-ts/flow": `
    Job.setResult Job.setException Job.done Job.cancelled Job.result Job.exception Job.cancel Job.addDoneCallback Job.removeDoneCallback
    Job.getLoop *.describe RateLimiter.tryAcquire WorkQueue.pause WorkQueue.resume WorkQueue.clear WorkQueue.cancel WorkQueue.jobs
    WorkQueue.withdrawn WorkQueue.move`,
  // Distributed ones need a Redis: their waits are host operations like all others, see test/executors/distributed.
  "asyncio-ts/executors": `
    DistributedExecutor* DistributedWorker* *.with *.killWorkers currentJobKey currentSignal onceInPostgres onceInRedis onceTable
    parentLoop reportProgress transfer`,
  "asyncio-ts/http": `
    BasicAuth.* BearerAuth.* DigestAuth.* FastResponse.* HeaderFields.* Response.raiseForStatus eventStream upgradeWebSocket
    WebSocket.abandon WebSocket.receiveOne WebSocket.whenClosed WebSocket.cutOff WebSocket.goAway`,
  // A cursor, a statement, a copy and a transaction ask the server as Connection.fetch does, all through one line of the session.
  "asyncio-ts/postgres": `
    *.ask *.detach *.isClosed *.inTransaction *.terminate *.abandon Cursor* Transaction* Connection.cursor Connection.transaction
    Connection.copyTo Connection.copyFrom PooledConnection* PreparedStatement.cursor PreparedStatement.close
    PreparedStatement[Symbol.asyncDispose] Subscription.close Subscription.told Subscription.leave Subscription.ended
    Subscription[Symbol.asyncDispose] sql`,
}

export function isNamed(name: string, patterns = ""): boolean {
  return ["*.toString", "*.statistics", ...patterns.trim().split(/\s+/)].some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replaceAll(/[.[\]]/g, "\\$&"))
    return new RegExp(`^${parts.join(".*")}$`).test(name)
  })
}

const wellKnown = new Set<unknown>(Reflect.ownKeys(Symbol).map((key) => Reflect.get(Symbol, key)))
const main = new Set<unknown>(Object.values(asyncio))

/** All functions of an entry, and all methods of its classes but errors; what the main entry has too is its own. */
export function awaitableNames(module: object): string[] {
  return Object.entries(module).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value !== "function" || main.has(value)) return []
    if (!Function.prototype.toString.call(value).startsWith("class")) return [key]
    if (value.prototype instanceof Error) return []
    const found = new Set<string>()
    for (let proto: unknown = value.prototype; isOurs(proto); proto = Object.getPrototypeOf(proto)) {
      for (const method of methodsOf(proto)) found.add(`${key}${method}`)
    }
    for (const method of methodsOf(value)) found.add(`${key}${method}`)
    return [...found]
  })
}

function isOurs(proto: unknown): proto is object {
  return Object(proto) === proto && !Function.prototype.toString.call((proto as object).constructor).includes("[native code]")
}

function methodsOf(target: object): string[] {
  return Reflect.ownKeys(target).flatMap((key) => {
    if (key === "constructor" || typeof Object.getOwnPropertyDescriptor(target, key)?.value !== "function") return []
    if (typeof key === "string") return [`.${key}`]
    if (key === Symbol.hasInstance || key === Symbol.iterator || key === Symbol.dispose || !wellKnown.has(key)) return []
    return [`[${(key.description ?? "").replace("nodejs.", "Symbol.")}]`] // Node 22 calls some by names of its own
  })
}
