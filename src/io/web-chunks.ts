import type { ReadableStream, ReadableStreamDefaultReader, ReadableStreamReadResult } from "node:stream/web"
import { osError } from "../errors/os-errors.ts"
import { ignore } from "../core/wait.ts"
import { atRoot } from "../host/node.ts"
import type { ChunkSource } from "./chunk-source.ts"

type Outcome<T> = { readonly result: ReadableStreamReadResult<T> } | { readonly error: unknown }

/**
 * The chunks of a ReadableStream. A read of the web's cannot be taken back, so there is at
 * most one under way, whoever waits for it, and its chunk is kept until somebody takes it.
 */
export class WebChunks<T> implements ChunkSource<T> {
  readonly #stream: ReadableStream<T>
  #reader: ReadableStreamDefaultReader<T> | null = null
  #reading = false
  #outcome: Outcome<T> | null = null
  #ready: (() => void) | null = null

  constructor(stream: ReadableStream<T>) {
    this.#stream = stream
  }

  begin(ready: () => void): void {
    this.#reader = this.#stream.getReader()
    this.#ready = ready
  }

  take(): IteratorResult<T, undefined> | undefined {
    const outcome = this.#outcome
    this.#outcome = null
    if (outcome === null) {
      this.#read()
      return undefined
    }
    if ("error" in outcome) throw osError(outcome.error, "cannot read from a stream")
    const { done, value } = outcome.result
    return done ? { done: true, value: undefined } : { done: false, value }
  }

  wantAnother(): void {
    this.#read()
  }

  #read(): void {
    if (this.#reading || this.#reader === null) return
    this.#reading = true
    const came = (outcome: Outcome<T>): void => {
      this.#reading = false
      this.#outcome = outcome
      this.#ready?.()
    }
    const reader = this.#reader
    atRoot(() => {
      reader.read().then(
        (result) => came({ result }),
        (error: unknown) => came({ error }),
      )
    })
  }

  release(): void {
    this.#ready = null
    this.#reader?.releaseLock()
    this.#reader = null
  }

  stop(): Promise<void> {
    const cancelled = this.#reader === null ? this.#stream.cancel() : this.#reader.cancel()
    this.release()
    // Whoever was cancelled hears of nothing else.
    cancelled.catch(ignore)
    return cancelled
  }
}
