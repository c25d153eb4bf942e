/**
 * A server: sockets that listen, and the connections that came of them.
 */
import type { Server as NetServer } from "node:net"
import { Shown } from "../structures/shown.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { coroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { Resource } from "../core/scheduler.ts"
import { Future } from "../core/future.ts"
import { Event } from "../sync/event.ts"
import { explain } from "../sync/primitive.ts"
import { Lock } from "../sync/lock.ts"
import { nameOf, showName, TransportSocket } from "./socket-name.ts"
import type { StreamTransport, TransportOwner } from "./stream-transport.ts"

/** One listening socket, as `createServer` makes it. */
export interface Listener {
  /** Begins to listen; waits until the system has agreed. */
  listen(): Coroutine<void>
  /** Stops listening; connections stay. */
  close(): void
  readonly server: NetServer
}

/**
 * Made by `startServer`, `createServer` and the like.
 *
 * Invariants: closed means that nothing listens; nobody waits in `waitClosed` once it is
 * closed and no connection is left.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server
 */
export class Server extends Shown implements TransportOwner, Resource {
  readonly #loop: EventLoop
  readonly #listeners: readonly Listener[]
  readonly #open = new Set<StreamTransport>()
  readonly #over = new Event()
  readonly #starting = new Lock()
  #state: "made" | "serving" | "closed" = "made"
  #forever: Future<never> | null = null

  constructor(loop: EventLoop, makeListeners: (server: Server) => readonly Listener[]) {
    super()
    this.#loop = loop
    this.#listeners = makeListeners(this)
    loop.resources.add(this)
    const words = (): string => `${this.#words}, ${this.#open.size} connections open${this.#state === "closed" ? "" : ", not closed"}`
    explain(this.#over, "Server.waitClosed", words, { on: this })
    explain(this.#starting, "Server.startServing", () => `${this.#words}, which another task starts`, { on: this, internal: true })
  }

  /** The loop that its connections run on. */
  getLoop(): EventLoop {
    return this.#loop
  }

  isServing(): boolean {
    return this.#state === "serving"
  }

  /** The sockets that listen; empty before it serves and once it is closed. `sockets[0].getsockname()` tells the port. */
  get sockets(): readonly TransportSocket[] {
    if (this.#state !== "serving") return []
    return this.#listeners.filter(({ server }) => server.listening).map(({ server }) => new TransportSocket(() => nameOf(server.address())))
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#open.size
  }

  /**
   * Begins to accept connections; does nothing when it does already.
   *
   * @throws RuntimeError once it is closed; OSError if the address cannot be listened on.
   */
  startServing(): Coroutine<void> {
    return startServing(this.#serve)
  }

  /** One at a time: who comes second must not go on before there is somebody who listens. */
  readonly #serve = (): Coroutine<void> =>
    this.#starting.run(async () => {
      this.#checkOpen()
      if (this.#state === "serving") return
      this.#state = "serving"
      try {
        for (const listener of this.#listeners) {
          await listener.listen()
          this.#checkOpen()
        }
      } catch (error) {
        this.close()
        throw error
      }
    })

  get #words(): string {
    const names = this.sockets.map((socket) => socket.getsockname()).filter((name) => name !== undefined)
    return `server ${names.map(showName).join(", ")}`.trim()
  }

  #checkOpen(): void {
    if (this.#state === "closed") throw new RuntimeError(`${this.toString()} is closed; make a new one`)
  }

  /**
   * Serves until it is closed or the task is cancelled; then closes the server and its
   * connections, and waits for their end.
   *
   * @throws CancelledError when it ends; RuntimeError if it is closed, or if another task serves.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server.serve_forever
   */
  serveForever(): Coroutine<never> {
    return serveForever(this.#serveForever) as Coroutine<never> // it ends by throwing only
  }

  readonly #serveForever = async (): Promise<void> => {
    if (this.#forever !== null) throw new RuntimeError(`${this.toString()} is already being served by another task`)
    this.#checkOpen()
    const forever = new Future<never>({ loop: this.#loop, reason: () => `${this.#words}, serving` })
    this.#forever = forever
    try {
      try {
        await this.startServing()
      } catch (error) {
        // Closed before it listened: it ends as it does when it is closed later.
        if (!forever.cancelled() || error instanceof CancelledError) throw error
      }
      await forever
    } catch (error) {
      if (error instanceof CancelledError) {
        this.close()
        this.closeClients()
        await this.waitClosed()
      }
      throw error
    } finally {
      this.#forever = null
    }
  }

  /** Stops listening; connections stay. Ends `serveForever`. */
  close(): void {
    if (this.#state === "closed") return
    this.#state = "closed"
    this.#loop.resources.delete(this)
    for (const listener of this.#listeners) listener.close()
    this.#forever?.cancel("the server was closed")
    this.#checkOver()
  }

  /** Closes every connection, each once what is buffered for it was written. */
  closeClients(): void {
    for (const transport of this.#open) transport.close()
  }

  /** Closes every connection at once. */
  abortClients(): void {
    for (const transport of this.#open) transport.abort()
  }

  /**
   * Waits until it is closed and no connection is left.
   *
   * @throws CancelledError if the task is cancelled first; nothing has changed.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server.wait_closed
   */
  waitClosed(): Coroutine<void> {
    return waitClosed(this.#over)
  }

  opened(transport: StreamTransport): void {
    this.#open.add(transport)
  }

  closed(transport: StreamTransport): void {
    this.#open.delete(transport)
    this.#checkOver()
  }

  #checkOver(): void {
    if (this.#state === "closed" && this.#open.size === 0) this.#over.set()
  }

  abandon(): void {
    this.#state = "closed"
    for (const listener of this.#listeners) listener.close()
  }

  toString(): string {
    const names = this.sockets.map((socket) => socket.getsockname()).filter((name) => name !== undefined)
    return `<Server ${this.#state}${names.length === 0 ? "" : ` on ${names.map(showName).join(", ")}`}, ${this.#open.size} connections>`
  }

  /** Closes the server and its connections, and waits for their end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    this.closeClients()
    await this.waitClosed()
  }
}

const startServing = coroutine("Server.startServing", (serve: () => Coroutine<void>) => serve())
const serveForever = coroutine("Server.serveForever", (serve: () => Promise<void>) => serve())
const waitClosed = coroutine("Server.waitClosed", async (over: Event) => {
  await over.wait()
})
