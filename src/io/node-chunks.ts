import type { Readable } from "node:stream"
import { OSError, osError } from "../errors/os-errors.ts"
import { atRoot } from "../host/node.ts"
import type { ChunkSource } from "./chunk-source.ts"

/** The chunks of a Readable, by its event `readable`: each stays in the stream's buffer until it is taken. */
export class NodeChunks<T> implements ChunkSource<T> {
  readonly #stream: Readable
  #ready: (() => void) | null = null
  #ended = false
  #closed = false
  #failure: { readonly error: unknown } | null = null

  constructor(stream: Readable) {
    this.#stream = stream
  }

  begin(ready: () => void): void {
    const stream = this.#stream
    this.#ready = ready
    this.#ended = stream.readableEnded
    this.#closed = stream.closed || stream.destroyed
    if (stream.errored !== null && stream.errored !== undefined) this.#failure = { error: stream.errored }
    atRoot(() => {
      stream.on("readable", this.#readable)
      stream.on("end", this.#end)
      stream.on("error", this.#error)
      stream.on("close", this.#close)
    })
  }

  take(): IteratorResult<T, undefined> | undefined {
    const chunk = (this.#failure === null && !this.#closed ? this.#stream.read() : null) as T | null // what the caller says its chunks are
    if (chunk !== null) return { done: false, value: chunk }
    const failure = this.#failure
    if (failure !== null) throw osError(failure.error, "cannot read from a stream")
    if (this.#ended) return { done: true, value: undefined }
    if (!this.#closed) return undefined
    throw new OSError("cannot read from a stream: it was closed before its end (ERR_STREAM_PREMATURE_CLOSE)", { code: "ERR_STREAM_PREMATURE_CLOSE" })
  }

  wantAnother(): void {
    // The event tells of several chunks once.
    if (this.#stream.readableLength > 0 || this.#ended) this.#ready?.()
  }

  release(): void {
    const stream = this.#stream
    this.#ready = null
    stream.off("readable", this.#readable)
    stream.off("end", this.#end)
    stream.off("close", this.#close)
    // One that was destroyed may still fail, and nobody else may listen.
    if (stream.closed || stream.errored !== null) stream.off("error", this.#error)
    else stream.once("close", () => stream.off("error", this.#error))
  }

  stop(): null {
    this.#stream.destroy()
    this.release()
    return null
  }

  readonly #readable = (): void => {
    this.#ready?.()
  }

  readonly #end = (): void => {
    this.#ended = true
    this.#ready?.()
  }

  readonly #error = (error: unknown): void => {
    this.#failure ??= { error }
    this.#ready?.()
  }

  readonly #close = (): void => {
    this.#closed = true
    this.#ready?.()
  }
}
