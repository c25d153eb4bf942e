/**
 * A proxy that does to connections what networks do: for tests of what a program makes of it.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { checkInteger, checkSeconds, describe } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { osError } from "../errors/os-errors.ts"
import { atRoot } from "../host/node.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation } from "../core/host-operation.ts"
import { getRunningLoop } from "../core/running.ts"
import type { Resource } from "../core/scheduler.ts"
import { checkKitOptions } from "./kit-options.ts"

const MOST_PORT = 65_535

/** What happens to the bytes in one direction; `after` counts those that pass unharmed first. */
export type Fault =
  /** Each piece comes so many seconds later. */
  | { readonly kind: "delay"; readonly seconds: number }
  /** Nothing passes any more, and the connection stays open. */
  | { readonly kind: "stall"; readonly after?: number }
  /** The connection is closed on both sides. */
  | { readonly kind: "drop"; readonly after?: number }
  /** The connection is reset on both sides. */
  | { readonly kind: "reset"; readonly after?: number }
  /** Bytes come in pieces of `size`, `seconds` apart. */
  | { readonly kind: "slice"; readonly size: number; readonly seconds?: number }
  /** After so many bytes the connection is closed, and those have arrived. */
  | { readonly kind: "limit"; readonly bytes: number }
  /** One bit of every so many bytes is turned over. */
  | { readonly kind: "corrupt"; readonly every: number }
  /** The end comes so many seconds later than what was before it. */
  | { readonly kind: "slowClose"; readonly seconds: number }

/** What a proxy does to the connections that it takes. */
export interface FaultProxyOptions {
  /** From the server to the client. */
  readonly down?: Fault | undefined
  /** From the client to the server. */
  readonly up?: Fault | undefined
}

/** Where the proxy leads to. */
export interface Upstream {
  readonly port: number
  readonly host?: string | undefined
}

/**
 * Starts a proxy on a free port of this machine that leads to `upstream` and does to each
 * connection what `faults` say.
 *
 * @throws TypeError or RangeError for faults that make no sense.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { startFaultProxy } from "asyncio-ts/testing"
 *
 * await asyncio.run(async () => {
 *   const server = await asyncio.startServer((_reader, writer) => writer.write("tea is ready\n"), "127.0.0.1", 0)
 *   const [, port] = server.sockets[0]!.getsockname() as [string, number]
 *   const proxy = await startFaultProxy({ port }, { down: { kind: "limit", bytes: 6 } })
 *   const [reader, writer] = await asyncio.openConnection("127.0.0.1", proxy.port)
 *   const error = await reader.readUntil("\n").catch((e: asyncio.IncompleteReadError) => e)
 *   console.log(String((error as asyncio.IncompleteReadError).partial)) // -> tea is
 *   writer.close()
 *   await proxy.close()
 *   server.close()
 *   server.abortClients()
 *   await server.waitClosed()
 * })
 * ```
 */
export function startFaultProxy(upstream: Upstream, faults: FaultProxyOptions = {}): Coroutine<FaultProxy> {
  checkKitOptions(upstream, "startFaultProxy", "{ port: 5432 }, then { down: … },")
  checkInteger(upstream.port, "the port of the upstream", 1)
  if (upstream.port > MOST_PORT) throw new RangeError(`the port of the upstream is at most ${MOST_PORT}, not ${upstream.port}`)
  if (upstream.host !== undefined && typeof upstream.host !== "string") throw new TypeError(`the host of the upstream is a text, but ${describe(upstream.host)} was given`)
  checkFaults(faults)
  return hostOperation<FaultProxy>({
    name: "startFaultProxy",
    start(done) {
      const server = atRoot(() => createServer({ allowHalfOpen: true, noDelay: true }))
      const proxy = new FaultProxy(server, upstream, faults)
      server.once("error", (error) => {
        proxy.abandon()
        done.failed(osError(error, "cannot start a fault proxy"))
      })
      server.listen(0, "127.0.0.1", () => done.returned(proxy))
      return () => void proxy.abandon()
    },
    discard: (proxy) => proxy.abandon(),
  })
}

/** A proxy that does harm; `startFaultProxy` makes one. */
export class FaultProxy extends Shown implements Resource {
  // Invariant: every socket of the proxy is in #sockets until it is closed.
  readonly #server: Server
  readonly #upstream: Upstream
  readonly #sockets = new Set<Socket>()
  readonly #lanes = new Set<Lane>()
  readonly #resources = getRunningLoop().resources
  #faults: FaultProxyOptions

  constructor(server: Server, upstream: Upstream, faults: FaultProxyOptions) {
    super()
    this.#server = server
    this.#upstream = upstream
    this.#faults = faults
    server.on("connection", (client) => this.#join(client))
    this.#resources.add(this)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port // it listens on TCP
  }

  /** Sockets that are open, towards clients and towards the server. */
  get open(): number {
    return this.#sockets.size
  }

  /** What happens from now on, also to the connections that stand; bytes are counted anew. */
  setFaults(faults: FaultProxyOptions): void {
    checkFaults(faults)
    this.#faults = faults
    for (const lane of this.#lanes) lane.harm(faults[lane.direction])
  }

  #join(client: Socket): void {
    const { port, host = "127.0.0.1" } = this.#upstream
    const server = connect({ port, host, allowHalfOpen: true, noDelay: true })
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on("error", () => socket.destroy())
      socket.on("close", () => this.#sockets.delete(socket))
    }
    for (const lane of [new Lane("up", client, server), new Lane("down", server, client)]) {
      this.#lanes.add(lane)
      client.on("close", () => this.#lanes.delete(lane))
      lane.start()
      lane.harm(this.#faults[lane.direction])
    }
  }

  /** Closes it with all that is open; a second time it does nothing. */
  close(): Coroutine<void> {
    return hostOperation<void>({
      name: "FaultProxy.close",
      start: (done) => {
        if (!this.#server.listening) {
          done.returned()
          return
        }
        this.#server.close(() => done.returned())
        this.abandon()
      },
    })
  }

  abandon(): void {
    this.#resources.delete(this)
    for (const socket of this.#sockets) socket.destroy()
    if (this.#server.listening) this.#server.close()
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    return this.close()
  }

  toString(): string {
    return `<FaultProxy to ${this.#upstream.host ?? "127.0.0.1"}:${this.#upstream.port}, ${this.#sockets.size} sockets>`
  }
}

/** One direction of a connection. Invariant: pieces go out in the order in which they came. */
class Lane {
  readonly direction: "up" | "down"
  readonly #from: Socket
  readonly #to: Socket
  #fault: Fault | undefined
  /** Bytes since the fault began. */
  #passed = 0
  #over = false
  /** The end of what was handed on before. */
  #last: Promise<void> = Promise.resolve()

  constructor(direction: "up" | "down", from: Socket, to: Socket) {
    this.direction = direction
    this.#from = from
    this.#to = to
  }

  start(): void {
    this.#from.on("data", (chunk: Buffer) => {
      // What is late takes no room on the way: the next piece may come meanwhile.
      if (this.#fault?.kind === "delay") {
        const due = pause(this.#fault.seconds)
        this.#last = this.#last.then(() => due).then(() => this.#write(chunk))
        return
      }
      this.#from.pause()
      this.#last = this.#last.then(() => this.#pass(chunk)).then(() => void this.#from.resume())
    })
    this.#from.on("end", () => void this.#last.then(() => this.#pastEnd()))
    this.#from.on("close", () => void this.#last.then(() => this.#closed()))
  }

  harm(fault: Fault | undefined): void {
    this.#fault = fault
    this.#passed = 0
    if ((fault?.kind !== "drop" && fault?.kind !== "reset") || (fault.after ?? 0) > 0) return
    this.#over = true
    // No sooner than the client can know of its connection.
    setImmediate(() => this.#end(fault.kind))
  }

  async #pass(chunk: Buffer): Promise<void> {
    const fault = this.#fault
    if (this.#over) return
    switch (fault?.kind) {
      case "stall":
        return await this.#write(this.#before(chunk, fault.after ?? 0))
      case "drop":
      case "reset":
      case "limit": {
        const most = fault.kind === "limit" ? fault.bytes : (fault.after ?? 0)
        await this.#write(this.#before(chunk, most))
        if (this.#passed >= most) this.#end(fault.kind)
        return
      }
      case "slice":
        for (let at = 0; at < chunk.length && !this.#over; at += fault.size) {
          await this.#write(chunk.subarray(at, at + fault.size))
          await pause(fault.seconds ?? 0)
        }
        return
      case "corrupt": {
        const altered = Buffer.from(chunk)
        for (let at = 0; at < altered.length; at += 1) {
          if ((this.#passed + at + 1) % fault.every === 0) altered[at] = (altered[at] ?? 0) ^ 1
        }
        return await this.#write(altered)
      }
      default:
        return await this.#write(chunk)
    }
  }

  /** What of `chunk` is before the first `most` bytes are through. */
  #before(chunk: Buffer, most: number): Buffer {
    return chunk.subarray(0, Math.max(0, most - this.#passed))
  }

  async #write(chunk: Buffer): Promise<void> {
    this.#passed += chunk.length
    const to = this.#to
    if (chunk.length === 0 || to.destroyed || to.writableEnded || to.write(chunk)) return
    await new Promise<void>((resolve) => {
      const go = (): void => {
        to.off("drain", go)
        to.off("close", go)
        resolve()
      }
      to.on("drain", go)
      to.on("close", go)
    })
  }

  #pastEnd(): void {
    const fault = this.#fault
    if (fault?.kind === "stall") return
    if (fault?.kind === "slowClose") void pause(fault.seconds).then(() => this.#to.end())
    else this.#to.end()
  }

  /** The side that it came from is gone altogether. */
  #closed(): void {
    if (this.#fault?.kind === "stall") return
    if (this.#from.errored !== null) reset(this.#to)
    else if (!this.#to.writableEnded) this.#pastEnd()
  }

  #end(how: "drop" | "reset" | "limit"): void {
    this.#over = true
    for (const socket of [this.#from, this.#to]) {
      if (how === "reset") reset(socket)
      else socket.destroySoon()
    }
  }
}

/** Node never closes a socket that is reset while its end is on the way out. */
function reset(socket: Socket): void {
  if (socket.connecting || socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (seconds === 0) setImmediate(resolve)
    // The sockets keep the process; without them there is nothing to wait for.
    else setTimeout(resolve, Math.min(seconds * 1000, 2 ** 31 - 1)).unref()
  })
}

function checkDelay(seconds: number, what: string): void {
  checkSeconds(seconds, what)
  if (seconds < 0) throw new RangeError(`${what} is at least 0, not ${seconds}`)
}

function checkFaults(faults: FaultProxyOptions): void {
  checkKitOptions(faults, "what a fault proxy does", '{ down: { kind: "reset" } }')
  for (const fault of [faults.down, faults.up]) if (fault !== undefined) checkFault(fault)
}

function checkFault(fault: Fault): void {
  checkKitOptions(fault, "a fault", '{ kind: "reset" }')
  switch (fault.kind) {
    case "delay":
    case "slowClose":
      return checkDelay(fault.seconds, `seconds of the fault ${fault.kind}`)
    case "stall":
    case "drop":
    case "reset":
      return checkInteger(fault.after ?? 0, `after of the fault ${fault.kind}`, 0)
    case "slice":
      checkDelay(fault.seconds ?? 0, "seconds of the fault slice")
      return checkInteger(fault.size, "size of the fault slice", 1)
    case "limit":
      return checkInteger(fault.bytes, "bytes of the fault limit", 1)
    case "corrupt":
      return checkInteger(fault.every, "every of the fault corrupt", 1)
    default:
      throw new TypeError(`a fault is delay, stall, drop, reset, slice, limit, corrupt or slowClose, not ${describe((fault as { kind?: unknown }).kind)}`)
  }
}
