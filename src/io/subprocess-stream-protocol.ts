import { FlowControl } from "./flow-control.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { SubprocessProtocol } from "./protocol.ts"
import { StreamReader, type StreamReaderOptions } from "./stream-reader.ts"
import { StreamWriter } from "./stream-writer.ts"
import { internal } from "./stream-transport.ts"
import type { BaseTransport } from "./base-transport.ts"
import type { ReadTransport, SubprocessTransport, WriteTransport } from "./transport.ts"

/**
 * The protocol under `Process`: feeds what a child writes to a reader for each of its
 * outputs, and makes a writer for its input.
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html
 */
export class SubprocessStreamProtocol extends SubprocessProtocol {
  readonly #options: StreamReaderOptions
  readonly #loop: EventLoop
  /** What `drain` and `waitClosed` of the writer wait on. */
  readonly #flow = new FlowControl()
  readonly #readers = new Map<number, StreamReader>()
  /** Null unless it is a pipe. */
  stdin: StreamWriter | null = null

  constructor(loop: EventLoop, options: StreamReaderOptions = {}) {
    super()
    this.#loop = loop
    this.#options = options
  }

  /** None of the user's code runs in these callbacks, unless a subclass brings it. */
  get [internal](): boolean {
    return this.constructor === SubprocessStreamProtocol
  }

  /** Null unless it is a pipe. */
  get stdout(): StreamReader | null {
    return this.#readers.get(1) ?? null
  }

  /** Null unless it is a pipe. */
  get stderr(): StreamReader | null {
    return this.#readers.get(2) ?? null
  }

  override connectionMade(transport: BaseTransport): void {
    const child = transport as SubprocessTransport // which alone takes such a protocol
    for (const fd of [1, 2]) {
      const pipe = child.getPipeTransport(fd)
      if (pipe === undefined) continue
      const reader = new StreamReader({ ...this.#options, loop: this.#loop })
      reader.setTransport(pipe as ReadTransport) // outputs are read from
      this.#readers.set(fd, reader)
    }
    const stdin = child.getPipeTransport(0)
    if (stdin !== undefined) this.stdin = new StreamWriter(stdin as WriteTransport, this.#flow, null, this.#loop) // and the input is written to
  }

  override pipeDataReceived(fd: number, data: Buffer): void {
    this.#readers.get(fd)?.feedData(data)
  }

  override pipeConnectionLost(fd: number, error: unknown): void {
    if (fd === 0) this.#flow.connectionLost(error)
    else if (error === null) this.#readers.get(fd)?.feedEof()
    else this.#readers.get(fd)?.setException(error)
  }

  override pauseWriting(): void {
    this.#flow.pauseWriting()
  }

  override resumeWriting(): void {
    this.#flow.resumeWriting()
  }
}
