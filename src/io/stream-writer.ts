/**
 * The writing end of a stream.
 */
import { Shown } from "../structures/shown.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { coroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { closed, drained, type FlowControl } from "./flow-control.ts"
import type { StreamReader } from "./stream-reader.ts"
import type { StartTlsOptions } from "./tls-options.ts"
import { checkUpgrade, upgradeToTls } from "./upgrade-to-tls.ts"
import type { ExtraInfo } from "./base-transport.ts"
import type { WriteTransport } from "./transport.ts"

/**
 * The writing end of a stream: made by `openConnection`, `startServer` and subprocesses.
 *
 * `write` only buffers; `drain` waits while that is too much, so that a slow peer slows the
 * writer down instead of filling the memory.
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#streamwriter
 */
export class StreamWriter extends Shown {
  #transport: WriteTransport
  readonly #flow: FlowControl
  readonly #reader: StreamReader | null
  readonly #loop: EventLoop

  constructor(transport: WriteTransport, protocol: FlowControl, reader: StreamReader | null, loop: EventLoop) {
    super()
    this.#transport = transport
    this.#flow = protocol
    this.#reader = reader
    this.#loop = loop
  }

  /** The transport under it. */
  get transport(): WriteTransport {
    return this.#transport
  }

  /**
   * Writes, or buffers what cannot be written now; follow it with `await drain()`. Text is
   * written as UTF-8. Bytes that wait are not copied: change them only after `drain`.
   *
   * @throws RuntimeError after `writeEof`; TypeError for what is neither bytes nor text.
   */
  write(data: string | Uint8Array): void {
    this.#transport.write(data)
  }

  /** Writes several pieces, in one go to the system. */
  writeLines(pieces: Iterable<string | Uint8Array>): void {
    this.#transport.writeLines(pieces)
  }

  /**
   * Waits while more than the high-water mark is buffered, until it is down at the low one.
   * Does not suspend below.
   *
   * @throws ConnectionResetError if the connection is lost or closed; what the reader failed with.
   * @throws CancelledError if the task is cancelled first; what is buffered is written all the same.
   *
   * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamWriter.drain
   */
  drain(): Coroutine<void> {
    return this.#flow[drained](this.#transport, this.#reader)
  }

  /** Whether the input can stay open after `writeEof`. */
  canWriteEof(): boolean {
    return this.#transport.canWriteEof()
  }

  /** Ends the output after what is buffered; the peer sees the end, and may still send. */
  writeEof(): void {
    this.#transport.writeEof()
  }

  /** Closes the connection once what is buffered was written; follow it with `await waitClosed()`. */
  close(): void {
    this.#transport.close()
  }

  /** Whether it is closing or closed. */
  isClosing(): boolean {
    return this.#transport.isClosing()
  }

  /**
   * Waits until the connection is closed.
   *
   * @throws what the connection failed with.
   * @throws CancelledError if the task is cancelled first; the connection closes all the same.
   *
   * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamWriter.wait_closed
   */
  waitClosed(): Coroutine<void> {
    return this.#flow[closed](this.#transport)
  }

  /** What is known of the connection, such as `peername`; `fallback` where nothing is. */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D
  getExtraInfo(name: string, fallback?: unknown): unknown
  getExtraInfo(name: string, fallback?: unknown): unknown {
    return this.#transport.getExtraInfo(name, fallback)
  }

  /**
   * Puts TLS over the connection; reader and writer then speak through it. What had come in
   * and was not read belongs to TLS.
   *
   * @param ssl - as for `openConnection`; on the side that accepted the connection a certificate and its key
   * @throws SSLError, SSLCertVerificationError or ConnectionResetError if TLS could not be
   * agreed on, ConnectionAbortedError if that takes longer than `sslHandshakeTimeout`, 60
   * seconds by default; the connection is closed then.
   * @throws CancelledError if the task is cancelled first; the connection is closed.
   *
   * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamWriter.start_tls
   */
  startTls(ssl: StartTlsOptions["ssl"], options: Omit<StartTlsOptions, "ssl"> = {}): Coroutine<void> {
    const upgrade = checkUpgrade(this.#flow, { ...options, ssl })
    return startTls(async () => {
      await this.drain()
      this.#transport = await upgradeToTls(this.#loop, this.#transport, this.#reader, upgrade)
    })
  }

  toString(): string {
    return `<StreamWriter ${this.#transport.toString()}>`
  }

  /** Closes the connection and waits until it is; its failure is no longer of interest. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    try {
      await this.waitClosed()
    } catch (error) {
      if (error instanceof CancelledError) throw error
    }
  }
}

const startTls = coroutine("StreamWriter.startTls", (body: () => Promise<void>) => body())
