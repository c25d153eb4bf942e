/**
 * Transports over streams of one direction: pipes, terminals, files that are no regular ones.
 */
import type { Duplex, Readable, Writable } from "node:stream"
import { osError } from "../errors/os-errors.ts"
import { RuntimeError } from "../errors/misuse.ts"
import type { CallbackContext } from "../core/callback-context.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { BaseProtocol } from "./base-transport.ts"
import { begin, StreamTransport } from "./stream-transport.ts"

export interface PipeTransportOptions {
  readonly calls: CallbackContext
  /** What it leads to, for messages. */
  readonly what: string
}

/** The end of a pipe that is read from. */
export class ReadPipeTransport extends StreamTransport {
  #begun = false

  constructor(loop: EventLoop, pipe: Readable, protocol: BaseProtocol, options: PipeTransportOptions) {
    // Of a readable stream nothing is used that one of both directions has more than it.
    super(loop, pipe as Duplex, protocol, options)
    pipe.pause()
    // Node sets the pipes of a child that has exited flowing, also where we have paused them.
    pipe.on("resume", () => {
      if (!this.#begun || !this.isReading()) pipe.pause()
    })
  }

  override [begin](): void {
    this.#begun = true
    super[begin]()
    // One that was paused outright is not set flowing by its first listener.
    if (this.isReading()) this.stream.resume()
  }

  protected override explain(error: Error): unknown {
    return osError(error, `cannot read from ${this.what}`)
  }

  protected override extra(name: string): unknown {
    return name === "pipe" ? this.stream : undefined
  }

  protected override finish(): void {
    this.stream.destroy()
  }

  override canWriteEof(): boolean {
    return false
  }

  override write(): void {
    throw new RuntimeError(`cannot write to ${this.what}: this end of the pipe is for reading`)
  }

  override writeEof(): void {
    this.write()
  }

  override getWriteBufferSize(): number {
    return 0
  }
}

/** The end of a pipe that is written to. */
export class WritePipeTransport extends StreamTransport {
  readonly #pipe: Writable

  constructor(loop: EventLoop, pipe: Writable, protocol: BaseProtocol, options: PipeTransportOptions) {
    super(loop, pipe as Duplex, protocol, options) // as above; `finish` is the one place that differs
    this.#pipe = pipe
    // Node counts an input that a socket never had as one that has ended, of which the protocol would hear.
    Object.defineProperty(pipe, "readableEnded", { value: false, configurable: true })
  }

  protected override explain(error: Error): unknown {
    return osError(error, `cannot write to ${this.what}`)
  }

  protected override extra(name: string): unknown {
    return name === "pipe" ? this.stream : undefined
  }

  protected override finish(): void {
    const pipe = this.#pipe
    pipe.end()
    if (pipe.writableFinished) pipe.destroy()
    else pipe.once("finish", () => pipe.destroy())
  }

  /** A pipe has one direction only: the end of the output is the end of all. */
  override writeEof(): void {
    this.close()
  }

  override isReading(): boolean {
    return false
  }

  override pauseReading(): void {}
  override resumeReading(): void {}
}
