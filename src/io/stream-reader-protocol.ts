/**
 * Between the callbacks of a transport and a `StreamReader`.
 */
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { listen } from "../core/future.ts"
import { FlowControl } from "./flow-control.ts"
import { ended } from "./read-operations.ts"
import type { StreamReader } from "./stream-reader.ts"
import { internal } from "./stream-transport.ts"
import { StreamWriter } from "./stream-writer.ts"
import type { BaseTransport } from "./base-transport.ts"
import type { Transport } from "./transport.ts"

/** What a server of streams calls for each client; as a task, also when it is no async function. */
export type ClientConnected = (reader: StreamReader, writer: StreamWriter) => unknown

/**
 * Feeds a reader with what a transport brings; made by `openConnection` and `startServer`.
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html
 */
export class StreamReaderProtocol extends FlowControl {
  readonly #reader: StreamReader
  readonly #loop: EventLoop
  #clientConnected: ClientConnected | null
  readonly serverSide: boolean
  #overTls = false

  constructor(reader: StreamReader, clientConnected: ClientConnected | null, loop: EventLoop) {
    super()
    this.#reader = reader
    this.#loop = loop
    this.#clientConnected = clientConnected
    this.serverSide = clientConnected !== null
  }

  get [internal](): boolean {
    return this.constructor === StreamReaderProtocol
  }

  override connectionMade(transport: BaseTransport): void {
    const both = transport as Transport // only what goes both ways is given this protocol
    this.replaceTransport(both)
    const clientConnected = this.#clientConnected
    if (clientConnected === null) return
    this.#clientConnected = null
    const reader = this.#reader
    const writer = new StreamWriter(both, this, reader, this.#loop)
    if (this.#loop.ending) {
      // No task is begun any more, and the client should not wait for one.
      both.abort()
      return
    }
    const body = new BodyCoroutine(clientConnected.name || "client_connected_cb", clientConnected, undefined, [reader, writer])
    const task = this.#loop.createTask(body)
    task[listen]({
      futureDone: () => {
        const error = task.cancelled() ? null : task.exception()
        if (error === undefined) return
        if (error !== null) {
          this.#loop.callExceptionHandler({
            message: "Unhandled exception in client_connected_cb",
            exception: error,
            transport: writer.transport,
          })
        }
        writer.close()
      },
    })
  }

  /** The connection goes on over another transport, such as TLS. */
  replaceTransport(transport: Transport): void {
    this.#reader.setTransport(transport)
    this.#overTls = transport.getExtraInfo("sslObject") !== undefined
  }

  override connectionLost(error: unknown): void {
    // Who has heard the end has everything; what fails later is the writer's concern.
    if (error === null) this.#reader.feedEof()
    else if (!this.#reader[ended]) this.#reader.setException(error)
    super.connectionLost(error)
  }

  override dataReceived(data: Buffer): void {
    this.#reader.feedData(data)
  }

  /** Over TLS the connection closes, as in asyncio: TLS has no half-closed connections there. */
  override eofReceived(): boolean {
    this.#reader.feedEof()
    return !this.#overTls
  }
}
