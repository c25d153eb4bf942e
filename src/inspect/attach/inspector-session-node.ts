/**
 * A conversation in the inspector protocol, with a time limit on every call.
 */
import { AttachError } from "./attach-error.ts"
import { thrownIn, toEvaluate, type Evaluated } from "./evaluated.ts"
import { openWebSocket, type Channel } from "./web-socket-node.ts"
import { WorkerSessions, type SessionEvent, type Thread } from "./worker-sessions.ts"

interface Reply extends SessionEvent {
  readonly id?: number
  readonly result?: Evaluated
  readonly error?: { readonly message: string }
}

interface Open {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Seconds that a side may take to end a connection. */
const ENDING = 0.2
/** Seconds that the main thread may take to hand on what its worker threads are asked. */
const WORKERS = 5

export class InspectorSession {
  readonly #pid: number
  #channel: Channel | null = null
  #closed = false
  /** What came that is no message of an inspector, or why it could not be read. */
  #strange: unknown
  #last = 0
  readonly #open = new Map<number, Open>()
  /** Those that wait for a worker thread, whose answer may never come. */
  readonly #within = new Set<() => void>()
  readonly #workers = new WorkerSessions(async (method, params) => {
    const { error } = await this.#call(method, params, WORKERS)
    if (error !== undefined) throw new Error(error.message)
  })

  private constructor(pid: number) {
    this.#pid = pid
  }

  /** @throws what the connection throws */
  static async connect(pid: number, port: number, path: string): Promise<InspectorSession> {
    const session = new InspectorSession(pid)
    session.#channel = await openWebSocket(port, path, {
      message: (text) => session.#hear(text),
      closed: () => session.#end(),
    })
    return session
  }

  /** The connection has ended, whoever ended it. */
  get closed(): boolean {
    return this.#closed
  }

  /**
   * The value of `expression` in the process, which computes it also in the midst of a loop that
   * never ends.
   *
   * @param awaitPromise - waits for it, for which the process has to come round
   * @throws AttachError
   */
  async evaluate(expression: string, awaitPromise: boolean, limit: number): Promise<unknown> {
    const { result, error } = await this.#call("Runtime.evaluate", toEvaluate(expression, awaitPromise), limit)
    // The program's globals are gone before its process is.
    if (error?.message.includes("context") === true) throw this.#lost()
    const thrown = error?.message ?? (result === undefined ? undefined : thrownIn(result))
    if (thrown !== undefined) throw new AttachError("no answer", `process ${this.#pid} cannot answer: ${thrown}`)
    return result?.result?.value
  }

  /** The worker threads of the process. */
  threads(limit: number): Promise<readonly Thread[]> {
    return this.#withinLimit(this.#workers.list(), limit, "the process")
  }

  /** The same as `evaluate`, in a worker thread. */
  evaluateIn(thread: number, expression: string, awaitPromise: boolean, limit: number): Promise<unknown> {
    return this.#withinLimit(this.#workers.evaluate(thread, expression, awaitPromise), limit, `worker thread ${thread}`)
  }

  /** @throws AttachError */
  #withinLimit<T>(asked: Promise<T>, limit: number, who: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(new AttachError("no answer", `${who} has not answered within ${limit} s`))), limit * 1000)
      const lose = (): void => settle(() => reject(this.#lost()))
      const settle = (settled: () => void): void => {
        clearTimeout(timer)
        this.#within.delete(lose)
        settled()
      }
      this.#within.add(lose)
      asked.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error instanceof AttachError ? error : new AttachError("no answer", `${who} cannot answer: ${error instanceof Error ? error.message : String(error)}`, { cause: error }))),
      )
    })
  }

  /** Sends without waiting for an answer. */
  post(expression: string): void {
    this.#last += 1
    if (!this.#closed) this.#channel?.send(JSON.stringify({ id: this.#last, method: "Runtime.evaluate", params: { expression, silent: true } }))
  }

  /** Settles when the other side has closed the connection, or after `limit` seconds; gives whether it has. */
  untilClosed(limit: number): Promise<boolean> {
    if (this.#closed) return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limit * 1000)
      this.#whenClosed = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })
  }

  #whenClosed: (() => void) | undefined

  /** Ends the connection in such a way that what was sent before still arrives. */
  async end(): Promise<void> {
    this.#channel?.end()
    await this.untilClosed(ENDING)
    this.destroy()
  }

  destroy(): void {
    this.#channel?.destroy()
    this.#end()
  }

  #call(method: string, params: object, limit: number): Promise<Reply> {
    if (this.#closed) return Promise.reject(this.#lost())
    this.#last += 1
    const id = this.#last
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#open.delete(id)
        reject(new AttachError("no answer", `process ${this.#pid} has not answered within ${limit} s`))
      }, limit * 1000)
      this.#open.set(id, { resolve, reject, timer })
      this.#channel?.send(JSON.stringify({ id, method, params }))
    })
  }

  /** Whoever has the port may be another program by now. */
  #hear(text: string): void {
    let reply: Reply | string | number | boolean | null | undefined
    try {
      reply = JSON.parse(text) as Reply | string | number | boolean | null // an object is the engine's own format
    } catch (error) {
      this.#strange = error
    }
    if (typeof reply === "object" && reply !== null) return this.#take(reply)
    this.#strange ??= reply
    this.destroy()
  }

  #take(reply: Reply): void {
    if (reply.id === undefined) return this.#workers.take(reply)
    const open = this.#open.get(reply.id)
    if (open === undefined) return
    this.#open.delete(reply.id)
    clearTimeout(open.timer)
    open.resolve(reply)
  }

  #end(): void {
    this.#closed = true
    for (const { reject, timer } of this.#open.values()) {
      clearTimeout(timer)
      reject(this.#lost())
    }
    this.#open.clear()
    for (const lose of this.#within) lose()
    this.#whenClosed?.()
  }

  #lost(): AttachError {
    if (this.#strange !== undefined) return new AttachError("no answer", `what answers at the inspector's port of process ${this.#pid} is no inspector of Node's: look whether another program has taken the port`, { cause: this.#strange })
    return new AttachError("ended", `process ${this.#pid} has closed its inspector, or ended, before it answered`)
  }
}
