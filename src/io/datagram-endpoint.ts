import { checkInteger } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { QueueShutDown } from "../errors/queue-errors.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { getRunningLoop } from "../core/running.ts"
import { Event } from "../sync/event.ts"
import { explain } from "../sync/primitive.ts"
import { Queue } from "../sync/queue.ts"
import { checkDatagramOptions, createDatagramEndpoint, type DatagramOptions } from "./create-datagram-endpoint.ts"
import { channelOf } from "./channel-words.ts"
import { DatagramProtocol } from "./protocol.ts"
import type { SocketName } from "./socket-name.ts"
import type { DatagramTransport } from "./transport.ts"
import { whileHostWorks } from "./while-host-works.ts"

/** How `openDatagramEndpoint` makes an endpoint. */
export interface DatagramEndpointOptions extends DatagramOptions {
  /** How many datagrams wait to be taken at most; more are dropped, as the network may do. 1,000 by default. */
  readonly maxsize?: number | undefined
}

/** What `DatagramEndpoint.statistics` gives. */
export interface DatagramStatistics {
  /** Datagrams that wait to be taken. */
  readonly waiting: number
  /** Datagrams that were dropped, since nobody took them. */
  readonly dropped: number
}

/** A datagram, and where it came from. */
export type Datagram = readonly [data: Buffer, from: SocketName]

/** What an endpoint is told: a datagram, or an error of the network's. */
type Told = { readonly datagram: Datagram } | { readonly error: unknown }

class Receiver extends DatagramProtocol {
  readonly told: Queue<Told>
  readonly writable = new Event()
  readonly closed = new Event()
  dropped = 0

  constructor(maxsize: number) {
    super()
    this.told = new Queue(maxsize, { name: "datagrams" })
    this.writable.set()
  }

  override datagramReceived(data: Buffer, from: SocketName): void {
    if (this.told.full()) this.dropped += 1
    else this.told.putNowait({ datagram: [data, from] })
  }

  override errorReceived(error: unknown): void {
    if (!this.told.full()) this.told.putNowait({ error })
  }

  override pauseWriting(): void {
    this.writable.clear()
  }

  override resumeWriting(): void {
    this.writable.set()
  }

  override connectionLost(): void {
    this.told.shutdown()
    this.writable.set()
    this.closed.set()
  }
}

/**
 * Datagrams to be awaited; made by `openDatagramEndpoint`. `for await` over it ends when it is closed.
 */
export class DatagramEndpoint extends Shown implements AsyncIterable<Datagram> {
  readonly transport: DatagramTransport
  readonly #receiver: Receiver

  constructor(transport: DatagramTransport, receiver: Receiver) {
    super()
    this.transport = transport
    this.#receiver = receiver
    const channel = (): string => channelOf(transport)
    explain(receiver.told, "DatagramEndpoint.receive", () => `${channel()}, receiving`, { on: transport })
    explain(receiver.writable, "DatagramEndpoint.send", () => `${channel()}, sending, ${transport.getWriteBufferSize()} bytes not sent`, { on: transport })
    explain(receiver.closed, "DatagramEndpoint.waitClosed", () => `${channel()}, ${transport.isClosing() ? "closing" : "open, nobody has closed it"}`, { on: transport })
  }

  toString(): string {
    return this.transport.toString().replace("DatagramTransport", "DatagramEndpoint")
  }

  /** Where it receives. */
  get localAddress(): SocketName | undefined {
    return this.transport.getExtraInfo("sockname")
  }

  /** Where alone it sends to, if it has a `remoteAddr`. */
  get remoteAddress(): SocketName | undefined {
    return this.transport.getExtraInfo("peername")
  }

  statistics(): DatagramStatistics {
    const { told, dropped } = this.#receiver
    return { waiting: told.qsize(), dropped }
  }

  /**
   * The next datagram, and where it came from.
   *
   * @throws OSError what the network told, such as ConnectionRefusedError where nobody listens
   * at `remoteAddr`; RuntimeError if it is closed, once all datagrams are taken.
   * @throws CancelledError if the task is cancelled first; no datagram is lost.
   */
  receive(): Coroutine<Datagram> {
    return new BodyCoroutine("DatagramEndpoint.receive", async () => {
      let told: Told
      try {
        told = await whileHostWorks(() => this.#receiver.told.get())
      } catch (error) {
        if (error instanceof QueueShutDown) throw new RuntimeError(`${this.toString()} receives nothing any more`)
        throw error
      }
      if ("error" in told) throw told.error
      return told.datagram
    })
  }

  /**
   * Sends one datagram, to `address` or to `remoteAddr`; waits while too many are on their way.
   *
   * @throws RuntimeError if it is closed; TypeError or RangeError for what cannot be sent.
   * @throws CancelledError if the task is cancelled first; it is not sent.
   */
  send(data: string | Uint8Array, address?: SocketName): Coroutine<void> {
    return new BodyCoroutine<void>("DatagramEndpoint.send", async () => {
      const { writable } = this.#receiver
      while (!writable.isSet()) await whileHostWorks(() => writable.wait())
      if (this.transport.isClosing()) throw new RuntimeError(`${this.toString()} sends nothing any more`)
      this.transport.sendTo(data, address)
    })
  }

  /** Sends what is on its way, and closes. */
  close(): void {
    this.transport.close()
  }

  /** Waits until it is closed. */
  waitClosed(): Coroutine<void> {
    return new BodyCoroutine<void>("DatagramEndpoint.waitClosed", async () => {
      await whileHostWorks(() => this.#receiver.closed.wait())
    })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Datagram, void, undefined> {
    while (!this.transport.isClosing() || this.#receiver.told.qsize() > 0) {
      try {
        yield await this.receive()
      } catch (error) {
        if (error instanceof RuntimeError && this.transport.isClosing()) return
        throw error
      }
    }
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    this.close()
    return this.waitClosed()
  }
}

/**
 * Opens an endpoint for datagrams that is awaited, and not called back as `createDatagramEndpoint` does.
 *
 * @throws as `EventLoop.createDatagramEndpoint`.
 *
 * @example
 * ```ts
 * import { openDatagramEndpoint, run } from "asyncio-ts"
 *
 * await run(async () => {
 *   const server = await openDatagramEndpoint({ localAddr: ["127.0.0.1", 0] })
 *   const client = await openDatagramEndpoint({ remoteAddr: server.localAddress as [string, number] })
 *   await client.send("Masala?")
 *   const [question, from] = await server.receive()
 *   await server.send(`${question} Yes.`, from)
 *   console.log(String((await client.receive())[0])) // -> Masala? Yes.
 *   client.close()
 *   server.close()
 * })
 * ```
 */
export function openDatagramEndpoint(options: DatagramEndpointOptions): Coroutine<DatagramEndpoint> {
  const { maxsize = 1000, ...others } = options
  checkDatagramOptions(others, "openDatagramEndpoint")
  checkInteger(maxsize, "maxsize of an endpoint", 1)
  // The loop is asked for when it is awaited.
  return new BodyCoroutine("openDatagramEndpoint", async () => {
    const [transport, receiver] = await createDatagramEndpoint(getRunningLoop(), () => new Receiver(maxsize), others)
    return new DatagramEndpoint(transport, receiver)
  })
}
