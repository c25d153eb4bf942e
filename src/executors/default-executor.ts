/**
 * The executor that a loop uses where none is named: threads of its own, made by the first job.
 */
import { describe } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { TimeoutError } from "../errors/timeout-error.ts"
import { host } from "../host/host.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { EventLoop } from "../core/event-loop.ts"
import type { Resource } from "../core/scheduler.ts"
import { beforeClose } from "../tasks/before-close.ts"
import { onInterrupt } from "../tasks/interrupts.ts"
import { timeout } from "../tasks/timeouts.ts"
import { engine } from "./engine.ts"
import type { Executor } from "./executor.ts"

/** Seconds that the end of a program waits for its threads. */
const JOIN = 300

const defaults = new WeakMap<EventLoop, DefaultExecutor>()

/** What a loop knows of its default executor. */
export function defaultOf(loop: EventLoop): DefaultExecutor {
  let known = defaults.get(loop)
  if (known === undefined) {
    known = new DefaultExecutor(loop)
    defaults.set(loop, known)
  }
  return known
}

/** Invariants: once shut down it is refused for good; whoever runs a program on its loop ends it. */
class DefaultExecutor implements Resource {
  declare readonly endsWithLoop: true
  #executor: Executor | null = null
  /** The same, whose jobs see the context variables of their caller. */
  #inContext: Executor | null = null
  #shutDown = false

  static {
    Object.defineProperty(this.prototype, "endsWithLoop", { value: true })
  }

  constructor(loop: EventLoop) {
    loop.resources.add(this)
    beforeClose.set(loop, () => this.#end(loop))
  }

  toString(): string {
    return `the default executor ${this.#executor === null ? "that was never used" : String(this.#executor)}`
  }

  /** @throws RuntimeError once shut down. */
  get(): Executor {
    this.#mustServe()
    return (this.#executor ??= new (engine().ThreadPoolExecutor)({ name: "asyncio" }))
  }

  /** The same for jobs in a copy of their caller's context. */
  inContext(): Executor {
    const executor = this.get()
    return (this.#inContext ??= executor.with({ context: true }))
  }

  set(executor: Executor): void {
    checkExecutor(executor, "setDefaultExecutor")
    this.#executor = executor
    this.#inContext = null
  }

  shutdown(seconds: number | null): Coroutine<void> {
    return new BodyCoroutine("shutdownDefaultExecutor", async () => {
      this.#shutDown = true
      const executor = this.#executor
      if (executor === null) return
      const limit = timeout(seconds)
      try {
        await limit.run(() => executor.shutdown())
      } catch (error) {
        if (!limit.expired() || !(error instanceof TimeoutError)) throw error
        host.warn(
          `the default executor did not finish within ${seconds} seconds: ${running(executor)}; they go on, and nobody waits for them any more`,
          "ASYNCIO_EXECUTOR_NOT_FINISHED",
        )
      }
      this.#executor = null
      this.#inContext = null
    })
  }

  /** Threads cannot be cancelled, so Ctrl-C ends them while they are waited for; a further one ends the process. */
  async #end(loop: EventLoop): Promise<void> {
    let interrupts = 0
    const stopListening = onInterrupt(() => {
      interrupts += 1
      if (interrupts === 1) this.#hurry()
      else stopListening()
    })
    try {
      await loop.runUntilComplete(loop.createTask(this.shutdown(JOIN), { name: "shutdown of the default executor" }))
    } finally {
      stopListening()
    }
  }

  #hurry(): void {
    const executor = this.#executor
    if (executor === null) return
    const { killWorkers } = executor as Partial<{ killWorkers(): void }> & Executor // those of this machine have it
    if (killWorkers === undefined) this.abandon()
    else killWorkers.call(executor)
  }

  /** The loop is closed. What runs in threads goes on, and nothing is begun. */
  abandon(): void {
    this.#shutDown = true
    const executor = this.#executor
    this.#executor = null
    this.#inContext = null
    if (executor === null) return
    // A shutdown is a coroutine, and this loop runs no more.
    const last = new EventLoop()
    void last.runUntilComplete(() => executor.shutdown({ wait: false })).finally(() => last.close())
  }

  #mustServe(): void {
    if (this.#shutDown) {
      throw new RuntimeError("the default executor of this event loop was shut down, as at the end of run(…): make an executor of your own, or do this earlier")
    }
  }
}

/** @throws TypeError unless it can be given jobs. */
export function checkExecutor(executor: unknown, attempt: string): void {
  const { submit, with: view, shutdown } = (executor ?? {}) as Partial<Executor>
  if (typeof submit === "function" && typeof view === "function" && typeof shutdown === "function") return
  throw new TypeError(`${attempt} takes an executor, such as new ThreadPoolExecutor() of asyncio-ts/executors, but ${describe(executor)} was given`)
}

function running(executor: Executor): string {
  const names = executor.statistics().running.map(({ name, worker }) => `'${name}' in ${worker}`)
  return names.length === 0 ? "jobs that wait are left" : `${names.join(", ")} still run${names.length === 1 ? "s" : ""}`
}
