import type { Coroutine } from "../core/coroutine.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { hostOperation, type HostDone } from "../core/host-operation.ts"
import { getRunningLoop } from "../core/running.ts"
import type { InputSource } from "./input-source.ts"
import type { Key } from "./key.ts"
import { KeyReader } from "./terminal-readers.ts"

/**
 * The keys of a terminal, one after the other.
 *
 * Invariant: the reader is in line, and the terminal in raw mode at its turn, from the first
 * `next` until the end of the input, `return`, or a `next` that is cancelled: `for await` does
 * not call `return` after an error of `next`.
 */
export class KeyStream implements AsyncIterableIterator<Key, undefined> {
  readonly #source: InputSource
  #reader: StreamedKeys | null = null
  #over = false

  constructor(source: InputSource) {
    this.#source = source
  }

  next(): Coroutine<IteratorResult<Key, undefined>> {
    return new BodyCoroutine("StandardInput.keys", async (): Promise<IteratorResult<Key, undefined>> => {
      const key = this.#over ? null : await this.#take()
      if (key !== null) return { done: false, value: key }
      this.#close()
      return { done: true, value: undefined }
    })
  }

  #take(): Coroutine<Key | null> {
    return hostOperation<Key | null>({
      name: "StandardInput.keys",
      says: () => "a key of the terminal",
      start: (done) => {
        if (this.#reader === null) {
          this.#reader = new StreamedKeys(getRunningLoop(), this.#source)
          this.#reader.enter()
        }
        this.#reader.want(done)
        return () => this.#close()
      },
      discard: (key) => key !== null && this.#source.unread(key.sequence),
    })
  }

  async return(): Promise<IteratorResult<Key, undefined>> {
    this.#close()
    return { done: true, value: undefined }
  }

  #close(): void {
    this.#over = true
    this.#reader?.stop()
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Gives each key to whoever wants one, and keeps its turn between them. */
class StreamedKeys extends KeyReader {
  #wanted: HostDone<Key | null> | null = null
  #begun = false

  constructor(loop: EventLoop, source: InputSource) {
    // Nothing ends it by itself, so nobody is told here.
    super(loop, source, { returned: () => undefined, failed: (error) => this.#wanted?.failed(error) })
  }

  want(done: HostDone<Key | null>): void {
    this.#wanted = done
    if (this.#begun) this.attempt()
  }

  override begin(): void {
    this.#begun = true
    super.begin()
  }

  protected override take(): void {
    if (this.#wanted !== null) super.take()
  }

  protected override get satisfied(): boolean {
    return this.#wanted === null
  }

  protected override finish(key: Key | null): void {
    const wanted = this.#wanted
    this.#wanted = null
    wanted?.returned(key)
  }
}
