/**
 * Tasks that end together.
 */
import { checkFunction, checkInteger, refuseThenable } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { isCancellation } from "../errors/cancelled-error.ts"
import { ExceptionGroup } from "../errors/exception-group.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { requestBy } from "../core/ambient.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { aim, countRequests, renew, withdraw } from "../core/cancellation.ts"
import { close, Coroutine } from "../core/coroutine.ts"
import { currentFrame, type Frame } from "../core/frame.ts"
import { cancelFor, cancelWith, failWith, type Future, Relay, returnWith, takeCancelledError } from "../core/future.ts"
import { createTask, getRunningLoop, type CreateTaskOptions } from "../core/running.ts"
import type { Startable, Task } from "../core/task.ts"
import { watchedBy, WatchingFuture } from "../core/watching-future.ts"
import { Semaphore } from "../sync/semaphore.ts"
import { withPermit } from "./limited.ts"

/** Who asks when a group cancels. */
const shuttingDown = "a TaskGroup that shuts down"

/** How a group runs its children. */
export interface TaskGroupOptions {
  /** How many children may run at a time; the others wait for their turn. All by default. */
  readonly limit?: number | undefined
}

/**
 * Owns tasks: `run` returns when its body and all of them have ended.
 *
 * The first failure cancels the other children and the body; all failures arrive as one
 * `ExceptionGroup`. A child that ends cancelled is no failure.
 *
 * Invariants: a child is in `#children` from its creation until the loop has told of its
 * end; `#aborting` never goes back; what the group asked of its own frame is withdrawn when
 * it ends.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const [a, b] = await new asyncio.TaskGroup().run(async (group) => {
 *     return [group.createTask(asyncio.sleep(0.02, 1)), group.createTask(asyncio.sleep(0.01, 2))]
 *   })
 *   console.log(a.result() + b.result()) // -> 3
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#task-groups
 */
export class TaskGroup extends Shown {
  readonly #children = new Set<Task<unknown>>()
  readonly #permits: Semaphore | null
  readonly #errors: unknown[] = []
  #state: "created" | "body" | "draining" | "finished" = "created"
  #frame: Frame | null = null
  #aborting = false
  #askedItself = false
  #cancelOnEnter = false
  #before = 0
  #drained: Future<void> | null = null

  constructor(options: TaskGroupOptions = {}) {
    super()
    if (options.limit !== undefined) checkInteger(options.limit, "the limit of a TaskGroup", 1)
    this.#permits = options.limit === undefined ? null : new Semaphore(options.limit)
  }

  toString(): string {
    const parts = [`tasks=${this.#children.size}`]
    if (this.#errors.length > 0) parts.push(`errors=${this.#errors.length}`)
    parts.push(this.#aborting && this.#state !== "finished" ? "cancelling" : this.#state)
    return `<TaskGroup ${parts.join(" ")}>`
  }

  /**
   * Runs `body`, waits for the children, and gives the body's value.
   *
   * @throws ExceptionGroup if the body or a child failed; RuntimeError if the group was used
   * before.
   * @throws CancelledError if the task is cancelled: the children have ended by then.
   */
  run<T>(body: (group: this) => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of a TaskGroup")
    return new GroupBody(() => this.#run(body)) as Coroutine<Awaited<T>> // #run awaits the body's value
  }

  /**
   * Makes a task that belongs to the group.
   *
   * @throws RuntimeError before the body runs, after the group has ended, and while it shuts
   * down; the coroutine is closed then.
   */
  createTask<T>(work: Startable<T>, options: CreateTaskOptions = {}): Task<Awaited<T>> {
    const refusal = this.#refusal()
    if (refusal !== undefined) {
      if (work instanceof Coroutine && work.unstarted) work[close]()
      throw new RuntimeError(refusal)
    }
    const task = createTask(this.#limit(work), options)
    this.#adopt(task)
    return task
  }

  /**
   * Makes a child, and waits until it says that it is ready; gives what it passed to `ready`.
   *
   * @throws what the child throws before it is ready; RuntimeError if it ends without ever
   * being ready.
   * @throws CancelledError if the caller is cancelled first; the child is cancelled too.
   */
  start<R = void>(
    work: (ready: (value: R) => void) => unknown,
    options: CreateTaskOptions = {},
  ): Coroutine<R> {
    checkFunction(work, "what TaskGroup.start runs")
    return new BodyCoroutine("TaskGroup.start", () => this.#start(work, options), undefined, [])
  }

  /**
   * Ends the group early and quietly: children and body are cancelled, `run` returns
   * undefined instead of throwing CancelledError. Failures still surface. Idempotent.
   */
  cancel(): void {
    if (this.#state === "created") this.#cancelOnEnter = true
    else if (this.#state !== "finished" && !(this.#state === "draining" && this.#children.size === 0)) {
      this.#abort()
      this.#askItself()
    }
  }

  async #run<T>(body: (group: this) => T | PromiseLike<T>): Promise<T | undefined> {
    const frame = currentFrame()
    if (this.#state !== "created" || frame === undefined) {
      throw new RuntimeError("this TaskGroup has been used; make a new one for each run")
    }
    this.#state = "body"
    this.#frame = frame
    // From here on, and not only while it drains, the task cannot end without them.
    watchedBy.set(frame, () => this.#children)
    this.#before = countRequests(frame)
    if (this.#cancelOnEnter) this.cancel()
    let value: T | undefined
    let failure: { error: unknown } | undefined
    try {
      // In a frame of its own: left behind at a foreign promise, the body must not take the
      // group along, which still has its children to end and its errors to tell.
      value = await new BodyCoroutine<T>("TaskGroup.body", () => body(this))
    } catch (error) {
      failure = { error }
    }
    this.#state = "draining"
    let cancellation = failure !== undefined && isCancellation(failure.error) ? failure : undefined
    if (failure !== undefined) this.#abort()
    cancellation = (await this.#drain(frame)) ?? cancellation
    this.#state = "finished"
    // Whoever keeps the group must not keep its task and its errors alive with it.
    this.#frame = null
    const errors = this.#errors.splice(0)
    this.#leave(frame, errors, failure, cancellation)
    return value
  }

  /** Waits for the children; gives the cancellation that came from outside meanwhile. */
  async #drain(frame: Frame): Promise<{ error: unknown } | undefined> {
    let cancelled: { error: unknown } | undefined
    while (this.#children.size > 0) {
      this.#drained ??= new WatchingFuture(frame.loop, "TaskGroup", () => this.#children, true)
      try {
        await this.#drained
      } catch (error) {
        // On a closed loop nobody ends any more, and each wait would throw this again.
        if (frame.loop.dead) throw error
        // A child that fails now asks this frame too: only the first request is from outside.
        if (!this.#aborting || this.#askedItself) cancelled = { error }
        this.#abort()
      }
      this.#drained = null
    }
    return cancelled
  }

  /** Throws what the group ends with, if anything. */
  #leave(
    frame: Frame,
    errors: unknown[],
    failure: { error: unknown } | undefined,
    cancellation: { error: unknown } | undefined,
  ): void {
    let propagate = cancellation
    if (this.#askedItself) {
      const left = withdraw(frame)
      // Asked to end by itself only, the group has nothing to pass on.
      if (left <= this.#before) propagate = undefined
    }
    if (propagate !== undefined && errors.length === 0) throw propagate.error
    if (failure !== undefined && !isCancellation(failure.error)) errors.push(failure.error)
    if (errors.length === 0) return
    // If somebody outside wants the task cancelled, the errors have to be told first: the
    // next await tells of the cancellation.
    renew(frame, requestBy(undefined))
    throw new ExceptionGroup("unhandled errors in a TaskGroup", errors)
  }

  async #start<R>(work: (ready: (value: R) => void) => unknown, options: CreateTaskOptions): Promise<R> {
    const refusal = this.#refusal()
    if (refusal !== undefined) throw new RuntimeError(refusal)
    const started: Task<unknown>[] = []
    const ready = new WatchingFuture<{ value: R }>(getRunningLoop(), "TaskGroup.start", () => started)
    const child = async (): Promise<void> => {
      await work((value) => {
        refuseThenable(value, "what TaskGroup.start gives")
        if (!ready.done()) ready[returnWith]({ value })
      })
    }
    const name = options.name ?? (work.name === "" ? "TaskGroup.start" : work.name)
    const task = createTask(this.#limit(child), { ...options, name })
    started.push(task)
    const ended = new Relay(task, () => {
      if (ready.done()) return
      if (task.cancelled()) ready[cancelWith](task[takeCancelledError]())
      else ready[failWith](task.exception() ?? new RuntimeError(`${task.toString()} ended without calling ready(…)`))
    })
    // Until it is ready its failure is the caller's, but the group waits for it all the same.
    this.#children.add(task)
    new Relay(task, (child) => this.#gone(child as Task<unknown>)) // the relay of this task
    this.#cancelLate(task)
    try {
      const { value } = await ready
      new Relay(task, this.#childDone)
      return value
    } catch (error) {
      // A caller that was cancelled does not hear of the child's failure: it is the group's then.
      if (ready.cancelled() || ready.exception() !== error) {
        new Relay(task, this.#childDone)
        task.cancel()
      }
      throw error
    } finally {
      ended.stop()
    }
  }

  #refusal(): string | undefined {
    if (this.#state === "created") return "this TaskGroup has not been entered; use it in the body given to run(…)"
    if (this.#state === "finished" || (this.#state === "draining" && this.#children.size === 0)) {
      return "this TaskGroup has ended; make a new one"
    }
    return this.#aborting ? "this TaskGroup is shutting down and takes no new tasks" : undefined
  }

  #adopt(task: Task<unknown>): void {
    this.#children.add(task)
    new Relay(task, this.#childDone)
    this.#cancelLate(task)
  }

  /** A child may have ended the group during an eager first step (gh-155418). */
  #cancelLate(task: Task<unknown>): void {
    if (this.#aborting && !task.done()) task[cancelFor](requestBy(undefined, shuttingDown))
  }

  #limit<T>(work: Startable<T>): Startable<T> {
    return this.#permits === null ? work : withPermit(this.#permits, work)
  }

  #gone(child: Task<unknown>): void {
    this.#children.delete(child)
    if (this.#children.size === 0 && this.#drained !== null && !this.#drained.done()) this.#drained[returnWith]()
  }

  readonly #childDone = (child: Future<unknown>): void => {
    this.#gone(child as Task<unknown>) // only tasks are children
    const error = child.cancelled() ? undefined : child.exception()
    if (error === undefined) return
    if (this.#state === "finished") {
      child.getLoop().callExceptionHandler({
        message: "a task failed after its TaskGroup had ended",
        exception: error,
        task: child,
      })
      return
    }
    this.#errors.push(error)
    if (this.#aborting) return
    this.#abort()
    this.#askItself()
  }

  #abort(): void {
    if (this.#aborting) return
    this.#aborting = true
    for (const child of this.#children) child[cancelFor](requestBy(undefined, shuttingDown))
  }

  #askItself(): void {
    if (this.#askedItself || this.#frame === null) return
    this.#askedItself = true
    aim(this.#frame, requestBy(undefined, shuttingDown))
  }
}

/** The body of a group and its draining; its frame is what the group cancels. */
class GroupBody<T> extends BodyCoroutine<T> {
  constructor(body: () => Promise<T>) {
    super("TaskGroup", body, undefined, [])
  }

  // As the body of a task it still needs a frame of its own to aim at.
  protected override runAs(frame: Frame): Promise<T> {
    return this.start(frame, undefined, undefined, false) as Promise<T> // without handlers the outcome passes through
  }
}
