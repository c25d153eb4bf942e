/**
 * The worker threads of a process, asked by way of its main thread.
 *
 * The engine hands on what is asked between two steps of whatever the threads run, so each answers
 * in the midst of a loop that never ends, and also while the main thread is in one.
 */
import { thrownIn, toEvaluate, type Evaluated } from "./evaluated.ts"

/** A worker thread. */
export interface Thread {
  /** Its `threadId`. */
  readonly id: number
  /** What its program calls it; empty if nothing. */
  readonly name: string
}

interface Open {
  readonly session: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** An event of the main thread's session. */
export interface SessionEvent {
  readonly method?: string
  readonly params?: unknown
}

interface Attached {
  readonly sessionId: string
  readonly workerInfo: { readonly title: string }
}

/** Those of this library, which run no loop of the program's. */
const OWN = /^asyncio-ts (inspector|watchdog)$/
const TITLE = /^(?:\[worker (\d+)\]|Worker (\d+))\s*(.*)$/s
const EVENTS = ["NodeWorker.attachedToWorker", "NodeWorker.detachedFromWorker", "NodeWorker.receivedMessageFromWorker"] as const

export class WorkerSessions {
  static readonly events = EVENTS
  readonly #post: (method: string, params: object) => Promise<unknown>
  readonly #threads = new Map<string, Thread>()
  readonly #open = new Map<number, Open>()
  #last = 0
  #enabled: Promise<unknown> | undefined

  /** @param post - sends a command to the main thread's session, whose events come to `take` */
  constructor(post: (method: string, params: object) => Promise<unknown>) {
    this.#post = post
  }

  /** Those that run, without this library's own. From the first call on, their sessions are open. */
  async list(): Promise<Thread[]> {
    // The engine tells of those that run before it answers.
    await (this.#enabled ??= this.#post("NodeWorker.enable", { waitForDebuggerOnStart: false }))
    return [...this.#threads.values()].filter(({ name }) => !OWN.test(name)).sort((a, b) => a.id - b.id)
  }

  /** The value of `expression` in a thread; never settles while that is in a call that nothing interrupts. */
  evaluate(thread: number, expression: string, awaitPromise: boolean): Promise<unknown> {
    const session = [...this.#threads].find(([, { id }]) => id === thread)?.[0]
    if (session === undefined) return Promise.reject(new Error(`there is no worker thread ${thread}`))
    this.#last += 1
    const id = this.#last
    return new Promise((resolve, reject) => {
      this.#open.set(id, { session, resolve, reject })
      const message = JSON.stringify({ id, method: "Runtime.evaluate", params: toEvaluate(expression, awaitPromise) })
      this.#post("NodeWorker.sendMessageToWorker", { sessionId: session, message }).catch((error: unknown) => {
        this.#open.delete(id)
        reject(error instanceof Error ? error : new Error(String(error)))
      })
    })
  }

  /** What the main thread's session tells. */
  take({ method, params }: SessionEvent): void {
    if (method === "NodeWorker.attachedToWorker") {
      const { sessionId, workerInfo } = params as Attached // as the protocol says
      const [, id, older, name = ""] = TITLE.exec(workerInfo.title) ?? []
      this.#threads.set(sessionId, { id: Number(id ?? older ?? -this.#threads.size), name })
    } else if (method === "NodeWorker.detachedFromWorker") {
      const { sessionId } = params as { readonly sessionId: string } // as above
      this.#threads.delete(sessionId)
      for (const [id, { session, reject }] of this.#open) {
        if (session !== sessionId) continue
        this.#open.delete(id)
        reject(new Error("the worker thread has ended"))
      }
    } else if (method === "NodeWorker.receivedMessageFromWorker") {
      const { message } = params as { readonly message: string } // as above
      this.#answered(JSON.parse(message) as { id?: number; result?: Evaluated; error?: { message: string } }) // the engine's own format
    }
  }

  #answered({ id = 0, result, error }: { readonly id?: number; readonly result?: Evaluated; readonly error?: { readonly message: string } }): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    this.#open.delete(id)
    const thrown = error?.message ?? (result === undefined ? undefined : thrownIn(result))
    if (thrown === undefined) open.resolve(result?.result?.value)
    else open.reject(new Error(thrown))
  }
}
