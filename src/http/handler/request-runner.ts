/**
 * What every adapter does: run a function as a task for as long as its client waits.
 */
import { CancelledError } from "../../errors/cancelled-error.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import { host, type AbortSignalLike } from "../../host/host.ts"
import { requestBy } from "../../core/ambient.ts"
import type { ContextValues } from "../../core/context.ts"
import type { EventLoop } from "../../core/event-loop.ts"
import { currentFrame } from "../../core/frame.ts"
import { cancelFor, Relay } from "../../core/future.ts"
import type { Task } from "../../core/task.ts"

/** Where the requests of a handler run. */
export interface HandlerOptions {
  /** By default the loop that runs where the handler is made, else the one that runs where the request arrives. */
  readonly loop?: EventLoop | undefined
}

/** What is known of a request before its task is made. */
export interface RequestInfo {
  /** Of the task: method and path. */
  readonly name: string
  /** Aborts when the client has gone away. */
  readonly signal: AbortSignalLike
}

/** How the task of a request is made. */
export interface RequestTaskOptions {
  readonly name: string
  readonly context?: ContextValues
  readonly eagerStart?: boolean
}

/** Runs requests, each as a task of one loop. */
export class RequestRunner {
  readonly #made: EventLoop | undefined

  constructor(options: HandlerOptions = {}) {
    this.#made = options.loop ?? currentLoop()
  }

  /**
   * Runs `work` as a task, made here and now, so that it gets the caller's async context.
   *
   * A native promise of the outcome, and not the task: a request may arrive in the frame of
   * main, and awaiting the task would then be main's own wait, cancelled with it.
   *
   * @throws RuntimeError if no loop runs; CancelledError if the task was cancelled.
   */
  async run<T>(work: () => T, { name, signal }: RequestInfo): Promise<Awaited<T>> {
    const task = this.start(work, { name })
    const cancel = (): void => clientGone(task)
    if (signal.aborted) cancel()
    else signal.addEventListener("abort", cancel, { once: true })
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    new Relay(task, () => {
      signal.removeEventListener("abort", cancel)
      try {
        resolve(task.result())
      } catch (error) {
        reject(error)
      }
    })
    return promise as Promise<Awaited<T>> // the task has awaited what `work` gives
  }

  /**
   * Makes the task of a request, for whoever looks after it.
   *
   * @throws RuntimeError if no loop runs; CancelledError if it is about to end.
   */
  start(work: () => unknown, options: RequestTaskOptions): Task<unknown> {
    const loop = this.#loop()
    if (loop === undefined) {
      throw new RuntimeError(
        `no running event loop for ${options.name}: make the handler, or start the server, inside asyncio.run(main), ` +
          `and keep main running while it serves; or name a running loop in the options, { loop }; ` +
          `a bundler has to leave asyncio-ts external, since a second copy knows nothing of the first one's loops`,
      )
    }
    // Its task would be dropped with the loop, and the client would wait for ever.
    if (loop.ending) throw new CancelledError("the program ends", { requestedBy: "run" })
    return loop.createTask<unknown>(work, options)
  }

  /** Tells of an error that no framework is there to take. */
  report(name: string, exception: unknown): void {
    const message = `the handler of ${name} failed`
    const loop = this.#loop()
    if (loop === undefined) host.report(message, exception)
    else loop.callExceptionHandler({ message, exception })
  }

  #loop(): EventLoop | undefined {
    return this.#made?.isRunning() === true ? this.#made : currentLoop()
  }
}

/** Cancels the task of a request whose client has gone away. */
export function clientGone(task: Task<unknown>): void {
  task[cancelFor](requestBy("the client has gone away", "the HTTP server"))
}

/** Method and path; without the query, which may hold what no log should show. */
export function requestName(method = "GET", url = "/"): string {
  // Nearly all are a path and, at most, a query.
  if (url.startsWith("/") && !url.includes("#")) {
    const query = url.indexOf("?")
    return `${method} ${query === -1 ? url : url.slice(0, query)}`
  }
  const [, path = ""] = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^?#]*)/i.exec(url) ?? []
  return `${method} ${path === "" ? "/" : path}`
}

function currentLoop(): EventLoop | undefined {
  const loop = currentFrame()?.loop as EventLoop | undefined // only event loops run
  return loop?.isRunning() === true ? loop : undefined
}
