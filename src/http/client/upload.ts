/**
 * Sends a body that is a stream, or long, piece by piece.
 */
import { Readable } from "node:stream"
import { hostOperation, type HostDone } from "../../core/host-operation.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { createTask } from "../../core/running.ts"
import type { Task } from "../../core/task.ts"
import { wrapFuture } from "../../core/wrap-future.ts"
import { CancelledError } from "../../errors/cancelled-error.ts"
import { host as platform } from "../../host/host.ts"
import { wait } from "../../tasks/wait.ts"
import { WriteTimeout, type FailedRequest } from "./errors.ts"
import type { Exchange } from "./exchange.ts"
import { bufferOf, type BodyChunk, type BodyStream, type RequestBody } from "./request-body.ts"

/** What the connection is given at a time. */
export const PIECE = 64 * 1024

/**
 * The body's own code, such as a generator, runs in a task of its own, so that the response
 * can come before the body has ended, and an end of the connection ends the body.
 */
export class Upload {
  /** What undici reads. */
  readonly stream: Readable
  readonly #body: RequestBody
  readonly #request: FailedRequest
  readonly #timeout: number | null
  readonly #progress: ((sent: number) => void) | null
  #task: Task<void> | null = null
  #exchange: Exchange | null = null
  #waiter: HostDone<void> | null = null
  #timer: unknown = undefined
  #wanted = false
  /** Whether anything of the body has been read. */
  opened = false

  constructor(body: RequestBody, request: FailedRequest, writeTimeout: number | null, progress: ((sent: number) => void) | null) {
    this.#body = body
    this.#request = request
    this.#timeout = writeTimeout
    this.#progress = progress
    this.stream = new Readable({
      highWaterMark: PIECE,
      read: () => {
        this.#wanted = true
        this.#tell()
      },
    })
    // Closed by undici once nothing more is to be sent.
    this.stream.on("close", () => this.#tell())
    this.stream.on("error", () => this.#tell())
  }

  begin(exchange: Exchange): void {
    this.#exchange = exchange
    exchange.sending = true
    this.#task = createTask(() => this.#send(exchange), { name: `send the body of ${this.#request.method} ${this.#request.url.host}` })
  }

  /** Stops what is left to be sent, and waits until the body's own code has ended. */
  async end(): Promise<void> {
    const task = this.#task
    if (task === null) return
    this.#task = null
    if (!task.done()) {
      task.cancel("the request is over")
      await wait([task])
    }
    // Its failure is that of the exchange, which has told it.
    if (!task.cancelled()) task.exception()
  }

  async #send(exchange: Exchange): Promise<void> {
    let sent = 0
    try {
      // Not before it is wanted: where the connection turns out to be lost, the body goes on another.
      await this.#room(null)
      if (this.stream.destroyed) return
      this.opened = true
      for await (const chunk of interruptible(this.#body.open())) {
        const bytes = bufferOf(chunk)
        for (let at = 0; at < bytes.length; at += PIECE) {
          const piece = bytes.subarray(at, at + PIECE)
          this.#wanted = false
          if (!this.stream.destroyed && !this.stream.push(piece)) await this.#room(this.#timeout)
          if (this.stream.destroyed) return
          sent += piece.length
          this.#progress?.(sent)
        }
      }
      this.stream.push(null)
      exchange.sent()
    } catch (error) {
      exchange.abort(error)
      // A cancellation is this task's own affair; whatever else it was, the exchange tells.
      if (error instanceof CancelledError) throw error
    }
  }

  #room(seconds: number | null): Coroutine<void> {
    return hostOperation<void>({
      name: "send the body",
      detail: this.#request.url.host,
      says: () => `request to ${this.#request.url.host}, sending its body`,
      start: (done) => {
        // An await begins a microtask later: it may have happened meanwhile.
        if (this.#wanted || this.stream.destroyed) {
          done.returned()
          return undefined
        }
        this.#waiter = done
        if (seconds !== null) this.#timer = platform.setTimer(seconds, this.#late)
        return () => {
          this.#waiter = null
          platform.clearTimer(this.#timer)
        }
      },
    })
  }

  readonly #late = (): void => {
    const message = `the server took nothing of the body for ${this.#timeout} s (timeout.write)`
    this.#exchange?.abort(new WriteTimeout(message, { request: this.#request }))
    this.stream.destroy()
  }

  #tell(): void {
    const waiter = this.#waiter
    if (waiter === null) return
    this.#waiter = null
    platform.clearTimer(this.#timer)
    waiter.returned()
  }
}

/** A bare await of a foreign stream could not be interrupted; a generator's own awaits can. */
function interruptible(stream: BodyStream): BodyStream {
  if ("getReader" in stream || (stream as { destroy?: unknown }).destroy instanceof Function) return foreign(stream as ForeignStream)
  return stream
}

type ForeignStream = AsyncIterable<BodyChunk> & { destroy?(): void }

async function* foreign(stream: ForeignStream): AsyncGenerator<BodyChunk> {
  const pieces = stream[Symbol.asyncIterator]()
  let ended = false
  try {
    for (;;) {
      const { done, value } = await wrapFuture(pieces.next())
      if (done === true) {
        ended = true
        return
      }
      yield value
    }
  } finally {
    if (!ended) {
      stream.destroy?.()
      // It comes to an end when it likes; nobody waits for it.
      void pieces.return?.().then(ignore, ignore)
    }
  }
}

function ignore(): void {}
