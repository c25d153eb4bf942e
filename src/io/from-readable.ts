import type { Readable } from "node:stream"
import type { ReadableStream } from "node:stream/web"
import { describe } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { wrapFuture } from "../core/wrap-future.ts"
import { NextLine, type LoopIterator } from "../tasks/next-line.ts"
import type { ChunkSource } from "./chunk-source.ts"
import { NodeChunks } from "./node-chunks.ts"
import { WebChunks } from "./web-chunks.ts"

/**
 * The chunks of a stream; made by `fromReadable`.
 *
 * A chunk stays in the stream until it is taken, so a cancelled wait loses none, and the
 * stream reads ahead no further than its own limit.
 */
export class ReadableChunks<T> extends Shown implements AsyncIterable<T, undefined, undefined>, AsyncIterator<T, undefined, undefined> {
  // Invariant: the source is begun at the first `next`, and released or stopped once.
  readonly #source: ChunkSource<T>
  readonly #line: NextLine<T>
  #state: "new" | "open" | "ended" = "new"

  constructor(source: ChunkSource<T>) {
    super()
    this.#source = source
    this.#line = new NextLine<T>({
      info: { kind: "fromReadable" },
      byHost: true,
      wanted: () => this.#begin(),
      take: () => this.#take(),
      end: () => void this.#stop(),
    })
  }

  toString(): string {
    return `<ReadableChunks [${this.#state}]>`
  }

  /**
   * The next chunk, waiting for one if necessary.
   *
   * @throws what the stream fails with, the system's errors as OSError; then it has ended.
   * @throws CancelledError if the task is cancelled first; the chunk is given by the next call.
   */
  next(): Coroutine<IteratorResult<T, undefined>> {
    return this.#line.next()
  }

  /** Stops the stream: destroys a stream of Node's, cancels one of the web's. */
  async return(): Promise<IteratorResult<T, undefined>> {
    const stopped = this.#stop()
    if (stopped !== null) await wrapFuture(stopped)
    return { done: true, value: undefined }
  }

  /** For a loop: leaving it, also by a cancellation while it waits, ends this. */
  [Symbol.asyncIterator](): LoopIterator<T> {
    return { next: () => this.#line.nextOfLoop(), return: () => this.return() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  /** The host's promise that it has stopped; null if nobody need wait. */
  #stop(): Promise<void> | null {
    if (this.#state === "ended") return null
    this.#state = "ended"
    this.#line.notifyAll()
    return this.#source.stop()
  }

  #begin(): void {
    if (this.#state !== "new") return
    this.#source.begin(() => this.#line.notify())
    this.#state = "open"
  }

  #take(): IteratorResult<T, undefined> | undefined {
    if (this.#state === "ended") return { done: true, value: undefined }
    try {
      const taken = this.#source.take()
      if (taken?.done === true) this.#ended()
      else if (taken !== undefined && this.#line.size > 0) this.#source.wantAnother()
      return taken
    } catch (error) {
      this.#ended()
      throw error
    }
  }

  #ended(): void {
    this.#state = "ended"
    this.#source.release()
    this.#line.notifyAll()
  }
}

/**
 * The chunks of a stream of Node's or the web's as an iteration whose waits can be cancelled.
 *
 * The stream is taken by the first step. Leaving the iteration stops it, as Node's own
 * iteration does: a stream of Node's is destroyed, one of the web's cancelled. Streams are
 * the host's: a virtual clock stands still while somebody waits for a chunk.
 *
 * @throws TypeError at the call for what is no stream that can be read; from a step what the
 * stream fails with, and a TypeError if another reader holds a web stream.
 *
 * @example
 * ```ts
 * import { Readable } from "node:stream"
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   for await (const chunk of asyncio.fromReadable<string>(Readable.from(["one", "two"]))) console.log(chunk) // -> one, then two
 * })
 * ```
 */
export function fromReadable<T = Buffer>(source: NodeJS.ReadableStream): ReadableChunks<T>
export function fromReadable<T>(source: ReadableStream<T>): ReadableChunks<T>
export function fromReadable<T>(source: NodeJS.ReadableStream | ReadableStream<T>): ReadableChunks<T> {
  const { getReader, read, on } = (source ?? {}) as Partial<ReadableStream & Readable> // looked at before it is used
  if (typeof getReader === "function") return new ReadableChunks<T>(new WebChunks<T>(source as ReadableStream<T>))
  if (typeof read === "function" && typeof on === "function") return new ReadableChunks<T>(new NodeChunks<T>(source as Readable))
  throw new TypeError(`fromReadable takes a Readable of Node's or a ReadableStream, not ${describe(source)}`)
}
