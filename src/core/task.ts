/**
 * Tasks: coroutines that the loop runs concurrently with others.
 *
 * Long: a task and what drives its body need each other, so the two stand in one file.
 */
import { describe, isThenable } from "../structures/arguments.ts"
import { cancellationIn } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host, type AbortSignalLike, type ContextSnapshot } from "../host/host.ts"
import { currentContext, requestBy } from "./ambient.ts"
import { cancellation, path, type CancelRequest } from "./cancel-request.ts"
import { count, countRequests, interruptTask, withdraw, type Target } from "./cancellation.ts"
import type { ContextValues } from "./context.ts"
import { close, Coroutine, finish, launch, take } from "./coroutine.ts"
import { currentFrame, detachedFrame, Frame, type Boundary, type Disowned, type FrameOwner } from "./frame.ts"
import { cancelBy, cancelFor, cancelMessage, cancelWith, failWith, forget, Future, loopOf, refuse, returnWith } from "./future.ts"
import type { Runnable } from "./handle.ts"
import { reportLost } from "./lost-errors.ts"
import { observer, type TaskEnd, type TaskInfo } from "./observer.ts"
import type { Scheduler } from "./scheduler.ts"

/** What a task can be made of: a coroutine, or a function that is called to make one. */
export type Startable<T> = Coroutine<T> | (() => T | PromiseLike<T>)

const adopting: unique symbol = Symbol("adopting")

/** How a task is made by a loop or a task factory. */
export interface TaskOptions {
  readonly loop?: Scheduler
  readonly name?: string | undefined
  /** The context variables to run with, used as they are; by default a copy of the caller's. */
  readonly context?: ContextValues | undefined
  /** Runs up to the first `await` at once instead of with the loop's next iteration. */
  readonly eagerStart?: boolean | undefined
  /** A frame whose code runs already, and was left behind. */
  readonly [adopting]?: Frame
}

/** The frame of a task, for files of this library. */
export const frameOf: unique symbol = Symbol("frame")

let counter = 0

/**
 * A coroutine that runs concurrently with the code that made it.
 *
 * Made with `createTask`. Awaiting it gives its result; cancelling the one who awaits it
 * cancels it too. The loop holds it until it is done.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#task-object
 */
export class Task<T> extends Future<T> {
  #name: string | undefined
  readonly #run: TaskRun<T>

  /** @throws TypeError for a promise or task, RuntimeError for a coroutine that has started. */
  constructor(work: Startable<T>, options: TaskOptions = {}) {
    super(options)
    const loop = this[loopOf]
    checkStartable(work)
    counter += 1
    this.#name = options.name
    this.#run = new TaskRun(this, counter, work, loop, options)
    loop.tasks.add(this)
    if (observer !== null) observer.taskCreated(this.#run, currentFrame()?.owner as never, loop.clock.time())
    if (options[adopting] !== undefined) return
    if (options.eagerStart === true && loop.running && host.followsAwait) this.#run.startEagerly()
    else loop.schedule(this.#run)
  }

  override get [Symbol.toStringTag](): string {
    return "Task"
  }

  get [frameOf](): Frame {
    return this.#run.frame
  }

  getName(): string {
    // Made when somebody asks: most tasks are never named.
    return (this.#name ??= `Task-${this.#run.id}`)
  }

  setName(name: unknown): void {
    this.#name = String(name)
  }

  /** The coroutine it was made of; undefined if it was made of a function. */
  getCoro(): Coroutine<T> | undefined {
    return this.#run.coroutine
  }

  /** The context variables it runs with. */
  getContext(): ContextValues {
    return this.#run.frame.context
  }

  /**
   * Requests cancellation: the task's code gets a `CancelledError` at its `await`.
   *
   * The task is not cancelled on return: it may still clean up, or refuse. Cancelled before
   * it has started, it never runs.
   *
   * @param message - why; `reason` of the error
   * @returns false if the task is done already
   */
  override cancel(message?: unknown): boolean {
    return this[cancelFor](requestBy(message))
  }

  /** How many requests to cancel have not been withdrawn with `uncancel`. */
  cancelling(): number {
    const frame = currentFrame()
    const { frame: own } = this.#run
    return frame !== undefined && !frame.ended && frame.root === own ? countRequests(frame) : own.requested
  }

  /** Withdraws one request to cancel; returns how many are left. At 0 an undelivered error is dropped. */
  uncancel(): number {
    const frame = currentFrame()
    const { frame: own } = this.#run
    if (!this.#run.begun) return this.#run.forgive()
    return withdraw(frame !== undefined && !frame.ended && frame.root === own ? frame : innermost(own))
  }

  /**
   * A signal that aborts when this task is asked to cancel, for host functions such as
   * `fetch`; a new one is made once one has fired. A task's own code gets one that also
   * aborts with a timeout or group it stands in.
   */
  get signal(): AbortSignalLike {
    const frame = currentFrame()
    const { frame: own } = this.#run
    const { signal } = frame !== undefined && !frame.ended && frame.root === own ? frame : own
    if (signal === undefined) throw new RuntimeError("this host has no AbortController")
    return signal
  }

  /** @throws RuntimeError always: a task's outcome is its coroutine's. */
  override setResult(_value: T): never {
    throw new RuntimeError(`${this.toString()} gets its result from its coroutine; use a Future to set one yourself`)
  }

  /** @throws RuntimeError always: a task's outcome is its coroutine's. */
  override setException(_error: unknown): never {
    throw new RuntimeError(`${this.toString()} gets its outcome from its coroutine; use a Future to set one yourself`)
  }

  override toString(): string {
    const state = !this.done() ? "pending" : this.cancelled() ? "cancelled" : "done"
    return `<Task '${this.getName()}' ${state} ${this.#run.coroutine?.toString() ?? this.#run.frame.name}>`
  }

  // Like CPython's, a task that was asked too late keeps the message however it ended.
  override get [cancelMessage](): unknown {
    return this.cancelled() ? super[cancelMessage] : this.#run.frame.late?.message
  }

  override [cancelFor](request: CancelRequest): boolean {
    if (this.done()) return super[cancelFor](request)
    if (this.#run.onPath) {
      path.closed = true
      return false
    }
    this.#run.interrupt(request)
    return true
  }

  // The handler runs in the context of the task concerned (R183).
  override [reportLost](): void {
    const { loop, context } = this.#run.frame
    host.enter(detachedFrame(loop, "exception handler", context), () => super[reportLost](), undefined)
  }

  override [refuse](frame: Frame): Error | undefined {
    if (frame.root === this.#run.frame) {
      return new RuntimeError(`${this.toString()} cannot await itself`)
    }
    return super[refuse](frame)
  }
}

/**
 * Drives a task's body: its first step, its frame, its outcome.
 *
 * Invariant: the task gets exactly one outcome: from the body, from a request before the
 * first step, or from being left behind.
 */
class TaskRun<T> implements Runnable, FrameOwner, Boundary, Target, TaskInfo {
  readonly quiet = false
  readonly id: number
  readonly task: Task<T>
  readonly frame: Frame
  readonly coroutine: Coroutine<T> | undefined
  onPath = false
  begun = false
  #abandoned = false
  /** Stands for code that ran before, as part of another task. */
  #adopted = false
  #function: (() => T | PromiseLike<T>) | undefined
  #snapshot: ContextSnapshot | undefined
  /** A request from before the first step. */
  #early: CancelRequest | null = null

  constructor(task: Task<T>, id: number, work: Startable<T>, loop: Scheduler, options: TaskOptions) {
    this.task = task
    this.id = id
    this.coroutine = work instanceof Coroutine ? work : undefined
    this.coroutine?.[take]()
    if (!(work instanceof Coroutine)) this.#function = work
    const adopted = options[adopting]
    if (adopted !== undefined) {
      this.frame = adopted
      this.begun = true
      this.#adopted = true
      adopted.giveTo(this)
      return
    }
    const name = work.name === "" ? "function" : work.name
    this.frame = new Frame(loop, name, this, null, options.context ?? currentContext().copy())
    this.frame.boundary = this
    this.#snapshot = host.capture()
  }

  get name(): string {
    return this.task.getName()
  }

  get label(): string {
    return `task '${this.task.getName()}'`
  }

  run(): void {
    const early = this.#early
    if (early !== null) {
      this.coroutine?.[close]()
      if (!this.#unregister()) return
      const error = cancellation(early)
      this.task[cancelWith](error)
      this.#tellDone("cancelled", error)
      return
    }
    this.frame.loop.turn = this.frame
    this.#start()
    if (!host.followsAwait) host.setStore(this.frame)
  }

  startEagerly(): void {
    this.#start()
  }

  interrupt(request: CancelRequest): void {
    if (this.begun) {
      interruptTask(this, request)
    } else {
      count(this.frame)
      this.frame.abortSignal(request)
      this.#early = request
    }
  }

  /** Withdraws a request from before the first step. */
  forgive(): number {
    const left = withdraw(this.frame)
    if (left === 0) this.#early = null
    return left
  }

  disown(frame: Frame, why: Disowned): void {
    if (this.#adopted && frame === this.frame) {
      // This task stands for the frame already.
      if (why === "left behind") frame.loop.leftBehind.add(this.task)
      return
    }
    const left = new Task(notCalled, {
      loop: frame.loop,
      name: `${why === "left behind" ? why : "outliving"}: ${frame.name} of ${this.label}`,
      context: frame.context,
      [adopting]: frame,
    })
    if (frame === this.frame) this.#abandoned = true
    if (why === "left behind") frame.loop.leftBehind.add(left)
    if (why !== "orphaned") return
    frame.loop.callExceptionHandler({
      message:
        `coroutine '${frame.name}' was still running when the code of ${this.label} that started it ended, ` +
        `and is cancelled: await it there, or give it to createTask(…)`,
      task: left,
    })
    frame.interrupt(requestBy("nothing outlives the frame that started it", "the runtime"))
  }

  bodyEnded(frame: Frame, error?: unknown): void {
    if (frame !== this.frame || this.task.done()) return
    this.#unregister()
    if (error === undefined || cancellationIn(error) !== undefined) {
      this.task[returnWith](undefined as T) // nobody gets a result of what was left behind
      this.#tellDone("returned")
      return
    }
    this.task[failWith](error)
    this.#tellDone("failed", error)
    this.task[forget]()
    frame.loop.callExceptionHandler({
      message: `code that was left behind at a foreign promise failed later (${this.task.getName()})`,
      exception: error,
      task: this.task,
    })
  }

  /** The body awaits something foreign and the task was asked to cancel: it ends without it. */
  abandon(request: CancelRequest): void {
    this.frame.loop.schedule({
      quiet: true,
      run: () => {
        if (!this.#unregister()) return
        const error = cancellation(request)
        this.task[cancelWith](error)
        this.#tellDone("left behind", error)
      },
    })
  }

  #start(): void {
    this.begun = true
    this.frame.begin()
    if (observer !== null) observer.taskResumed(this, this.frame.loop.clock.time())
    const snapshot = this.#snapshot
    this.#snapshot = undefined
    snapshot?.run(TaskRun.#body, this)
  }

  static #body(this: void, self: TaskRun<unknown>): void {
    host.setStore(self.frame)
    self.#call().then(
      (value) => self.#returned(value),
      (error: unknown) => self.#threw(error),
    )
  }

  #call(): Promise<T> {
    if (this.coroutine !== undefined) return this.coroutine[launch](this.frame)
    const fn = this.#function
    this.#function = undefined
    try {
      return Promise.resolve(fn?.() as T) // #function is set unless there is a coroutine
    } catch (error) {
      return Promise.reject(error) // fn was no async function and threw
    }
  }

  #returned(value: T): void {
    if (this.#abandoned) {
      this.frame.owner?.bodyEnded(this.frame)
      this.frame.end()
      return
    }
    const { undelivered } = this.frame
    if (this.#unregister()) {
      this.coroutine?.[finish]("returned", value)
      if (undelivered === null) this.task[returnWith](value)
      else this.task[cancelBy](undelivered.request)
      this.#tellDone(undelivered === null ? "returned" : "cancelled")
    }
    this.frame.end()
  }

  #threw(error: unknown): void {
    if (this.#abandoned) {
      this.frame.owner?.bodyEnded(this.frame, error)
      this.frame.end(error)
      return
    }
    if (this.#unregister()) {
      this.coroutine?.[finish]("threw", error)
      const cancelled = cancellationIn(error)
      if (cancelled === undefined) this.task[failWith](error)
      else this.task[cancelWith](cancelled)
      this.#tellDone(cancelled === undefined ? "failed" : "cancelled", error)
    }
    this.frame.end(error)
  }

  /** The task is about to be done; false if it was before. */
  #unregister(): boolean {
    const { task, frame } = this
    if (task.done()) return false
    frame.loop.tasks.delete(task)
    if (frame.loop.leftBehind.size > 0) frame.loop.leftBehind.delete(task)
    return true
  }

  #tellDone(how: TaskEnd, reason?: unknown): void {
    if (observer !== null) observer.taskDone(this, how, this.frame.loop.clock.time(), reason)
  }
}

function notCalled(): never {
  throw new RuntimeError("code that was left behind runs already")
}

/** The task whose code runs in `frame`; undefined for callbacks and outside any loop. */
export function taskOf(frame: Frame | undefined): Task<unknown> | undefined {
  return frame !== undefined && !frame.ended && frame.owner instanceof TaskRun ? frame.owner.task : undefined
}

/** The frame furthest down the first line of a task, where its code stands. */
function innermost(frame: Frame): Frame {
  let inner = frame
  for (let below = inner.first; below instanceof Frame; below = below.first) inner = below
  return inner
}

function checkStartable(work: unknown): void {
  if (work instanceof Coroutine) {
    if (work.unstarted) return
    throw new RuntimeError(`${work.toString()} has already started; call the function again for another run`)
  }
  if (typeof work === "function") return
  if (isThenable(work)) {
    throw new TypeError(
      `a task is made of a coroutine or a function, but ${describe(work)} runs already: ` +
        `await it, use wrapFuture(promise), or pass a function: createTask(() => fetchUser(1))`,
    )
  }
  throw new TypeError(`a task is made of a coroutine or a function, not of ${describe(work)}`)
}
