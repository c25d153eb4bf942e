/**
 * Tasks: coroutines that the loop runs concurrently with others.
 *
 * Long: a task and what drives its body need each other, so the two stand in one file.
 */
import { describe, isThenable } from "../structures/arguments.ts"
import type { Linked } from "../structures/linked-list.ts"
import { cancellationIn } from "../errors/cancelled-error.ts"
import { InvalidStateError, RuntimeError } from "../errors/misuse.ts"
import { host, type ContextSnapshot, type HostAbortSignal } from "../host/host.ts"
import { currentContext, requestBy } from "./ambient.ts"
import { asyncFunction } from "./async-function.ts"
import { BodyFrame, follow } from "./body-frame.ts"
import { bodyStart } from "./body-start.ts"
import { cancellation, path, type CancelRequest } from "./cancel-request.ts"
import { count, countRequests, interruptTask, withdraw, type Target } from "./cancellation.ts"
import type { ContextValues } from "./context.ts"
import { close, Coroutine, finish, launch, take } from "./coroutine.ts"
import { currentFrame, Frame, type Disowned, type FrameOwner } from "./frame.ts"
import { cancelBy, cancelFor, cancelMessage, cancelWith, failWith, Future, label, loopOf, numberOf, refuse, returnWith, stateText } from "./future.ts"
import type { Runnable } from "./handle.ts"
import { NativePromise } from "./native-promise.ts"
import { lineObserver, observer, type TaskEnd, type TaskInfo } from "./observer.ts"
import type { Scheduler } from "./scheduler.ts"
import { runningStack, stackOf, type StackEntry } from "./stack.ts"
import type { Wait } from "./wait.ts"

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

/** The name that a task was given; undefined for one that is called by its number, unless somebody has asked. */
export const givenName: unique symbol = Symbol("givenName")
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
  readonly #run: TaskRun

  /** @throws TypeError for a promise or task, RuntimeError for a coroutine that has started. */
  constructor(work: Startable<T>, options: TaskOptions = {}) {
    super(options)
    const loop = this[loopOf]
    checkStartable(work)
    counter += 1
    this.#name = options.name
    const adopted = options[adopting]
    const run = adopted === undefined ? new TaskFrame(this, counter, work, loop, options.context) : new Adopted(this, counter, adopted)
    this.#run = run
    loop.tasks.append(run)
    if (observer !== null) observer.taskCreated(run, currentFrame()?.owner as never)
    if (run instanceof Adopted) return
    if (options.eagerStart === true && loop.running && host.followsAwait) {
      run.start()
      if (observer !== null) observer.taskHandsBack(run)
    }
    else loop.schedule(run)
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

  get [givenName](): string | undefined {
    return this.#name
  }

  setName(name: unknown): void {
    this.#name = String(name)
  }

  /** The coroutine it was made of; undefined if it was made of a function. */
  getCoro(): Coroutine<T> | undefined {
    return this.#run.coroutine as Coroutine<T> | undefined // what the constructor was given
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
    if (!this.#run.begun) return this.#run.forgiveEarly()
    return withdraw(frame !== undefined && !frame.ended && frame.root === own ? frame : innermost(own))
  }

  /**
   * A signal that aborts when this task is asked to cancel, for host functions such as
   * `fetch`; a new one is made once one has fired. A task's own code gets one that also
   * aborts with a timeout or group it stands in.
   */
  get signal(): HostAbortSignal {
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
    const run = this.#run
    const what = ` name='${this.getName()}' coro=<${run.name}>`
    if (this.done()) return `<Task ${this[stateText](what)}>`
    const asked = run.frame.requested > 0 ? "cancelling" : "pending"
    return `<Task ${asked}${what}${waitText(run)}>`
  }

  override get [label](): string {
    return `'${this.getName()}'`
  }

  override get [numberOf](): number {
    return this.#run.id
  }

  /**
   * The coroutines that its code stands in, outermost first, with the places where they
   * await as far as debug mode or an observer has written them down. Empty once it is done.
   *
   * @param options - `limit`: at most so many, the innermost ones
   *
   * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.get_stack
   */
  getStack(options: { readonly limit?: number | undefined } = {}): StackEntry[] {
    const { frame, begun } = this.#run
    if (this.done() || !begun) return []
    const current = currentFrame()
    const runs = current !== undefined && !current.ended && current.root === frame && current.first === null
    const stack = (runs ? runningStack : stackOf)(frame).reverse()
    return options.limit === undefined ? stack : stack.slice(Math.max(0, stack.length - Math.max(0, options.limit)))
  }

  /**
   * Prints the stack, to standard error unless `print` is given.
   *
   * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.print_stack
   */
  printStack(options: { readonly limit?: number | undefined; readonly print?: ((text: string) => void) | undefined } = {}): void {
    const { print = host.report } = options
    const stack = this.getStack(options)
    const lines = stack.map(({ name, place = `at ${name}` }) => `  ${place}`)
    const head = stack.length === 0 ? `No stack for ${this.toString()}` : `Stack for ${this.toString()} (most recent call last):`
    print([head, ...lines].join("\n"))
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
    if (observer !== null) observer.cancelRequested(this.#run, request, (currentFrame()?.owner ?? undefined) as never) // tasks own frames
    this.#run.cancel(request)
    return true
  }

  override [refuse](frame: Frame): Error | undefined {
    if (frame.root === this.#run.frame) {
      return new RuntimeError(`${this.toString()} cannot await itself`)
    }
    return super[refuse](frame)
  }
}

/** What a task knows of what runs it. */
interface TaskRun extends FrameOwner, Target, TaskInfo, Linked<TaskRun> {
  readonly task: Task<unknown>
  readonly loop: Scheduler
  readonly coroutine: Coroutine<unknown> | undefined
  /** When it was made, in ticks of its loop. */
  readonly made: number
  /** The number of the task whose code made it; 0 for none. */
  readonly maker: number
  /** Brings a request to its code. */
  cancel(request: CancelRequest): void
  /** Withdraws a request from before the first step. */
  forgiveEarly(): number
}

/**
 * The frame of a task's body, and what drives it: first step and outcome.
 *
 * Invariant: the task gets exactly one outcome: from the body, from a request before the
 * first step, or from being left behind.
 */
class TaskFrame<T> extends BodyFrame implements Runnable, TaskRun {
  declare readonly quiet: false
  readonly id: number
  readonly task: Task<T>
  previous: TaskRun | null = null
  next: TaskRun | null = null
  onPath = false
  begun = false
  readonly made: number
  readonly maker: number
  #abandoned = false
  /** What it was made of; a function only until it is called, which may hold much. */
  #work: Startable<T> | undefined
  #snapshot: ContextSnapshot | undefined
  /** A request from before the first step. */
  #early: CancelRequest | null = null

  static {
    Object.defineProperty(this.prototype, "quiet", { value: false })
  }

  constructor(task: Task<T>, id: number, work: Startable<T>, loop: Scheduler, context: ContextValues | undefined) {
    super(loop, work.name === "" ? "function" : work.name, null, null, context ?? currentContext().copy())
    this.owner = this
    this.boundary = this
    this.task = task
    this.id = id
    this.made = loop.ticks
    this.maker = currentFrame()?.owner?.id ?? 0
    this.#work = work
    if (work instanceof Coroutine) work[take]()
    this.#snapshot = host.capture()
  }

  get frame(): Frame {
    return this
  }

  get coroutine(): Coroutine<T> | undefined {
    return this.#work instanceof Coroutine ? this.#work : undefined
  }

  get taskName(): string {
    return this.task.getName()
  }

  get label(): string {
    return `task '${this.taskName}'`
  }

  run(): void {
    const early = this.#early
    if (early !== null) {
      this.coroutine?.[close]()
      if (this.coroutine === undefined) this.#work = undefined
      if (!unregister(this)) return
      const error = cancellation(early)
      this.task[cancelWith](error)
      tellDone(this, "cancelled", error)
      return
    }
    this.loop.resumes(this)
    this.start()
    if (!host.followsAwait) host.setStore(this)
  }

  /** The first step, here and now. */
  start(): void {
    this.begun = true
    this.begin()
    if (observer !== null) observer.taskResumed(this)
    const snapshot = this.#snapshot
    this.#snapshot = undefined
    snapshot?.run(TaskFrame.#body, this)
  }

  cancel(request: CancelRequest): void {
    if (this.begun) {
      interruptTask(this, request)
    } else {
      count(this)
      this.latest = request
      this.abortSignal(request)
      this.#early = request
    }
  }

  forgiveEarly(): number {
    const left = withdraw(this)
    if (left === 0) this.#early = null
    return left
  }

  disown(frame: Frame, why: Disowned): void {
    if (frame === this) this.#abandoned = true
    adopt(frame, why, this.label)
  }

  bodyEnded(): void {
    // Its own body tells `returned` and `threw`.
  }

  /** The body awaits something foreign and the task was asked to cancel: it ends without it. */
  abandon(request: CancelRequest): void {
    this.loop.schedule({
      quiet: true,
      run: () => {
        if (!unregister(this)) return
        const error = cancellation(request)
        this.task[cancelWith](error)
        tellDone(this, "left behind", error)
      },
    })
  }

  static #body(this: void, self: TaskFrame<unknown>): void {
    host.setStore(self)
    follow(bodyStart === null ? self.#call() : bodyStart(self, () => self.#call()), self)
  }

  #call(): Promise<T> {
    const work = this.#work
    if (work instanceof Coroutine) return work[launch](this)
    this.#work = undefined
    if (work !== undefined) this.code = asyncFunction(work)
    try {
      return NativePromise.resolve(work?.() as T) // it is there until it is called
    } catch (error) {
      return NativePromise.reject(error) // it was no async function and threw
    }
  }

  returned(value: unknown): void {
    if (lineObserver !== null) lineObserver.bodyEnded(this, "returned")
    if (this.#abandoned) {
      this.owner?.bodyEnded(this)
      this.end()
      return
    }
    const { undelivered } = this
    if (unregister(this)) {
      this.coroutine?.[finish]("returned", value)
      if (undelivered === null) this.task[returnWith](value as T) // the body's value
      else this.task[cancelBy](undelivered.request)
      tellDone(this, undelivered === null ? "returned" : "cancelled")
    } else {
      tellSetBefore(this)
    }
    this.end()
  }

  threw(error: unknown): void {
    if (lineObserver !== null) lineObserver.bodyEnded(this, "threw")
    if (this.#abandoned) {
      this.owner?.bodyEnded(this, error)
      this.end(error)
      return
    }
    if (unregister(this)) {
      this.coroutine?.[finish]("threw", error)
      const cancelled = cancellationIn(error)
      if (cancelled === undefined) this.task[failWith](error)
      else this.task[cancelWith](cancelled)
      tellDone(this, cancelled === undefined ? "failed" : "cancelled", error)
    } else {
      tellSetBefore(this)
    }
    this.end(error)
  }
}

/**
 * Stands for code that ran as part of another task and goes on for nobody.
 *
 * Invariant: its task is done when that code has ended.
 */
class Adopted implements TaskRun {
  readonly begun = true
  readonly coroutine = undefined
  readonly id: number
  readonly task: Task<unknown>
  readonly frame: Frame
  previous: TaskRun | null = null
  next: TaskRun | null = null
  onPath = false
  readonly made: number
  readonly maker: number

  constructor(task: Task<unknown>, id: number, frame: Frame) {
    this.task = task
    this.id = id
    this.made = frame.loop.ticks
    this.maker = frame.owner?.id ?? 0
    this.frame = frame
    frame.giveTo(this)
  }

  get loop(): Scheduler {
    return this.frame.loop
  }

  get name(): string {
    return this.frame.name
  }

  get taskName(): string {
    return this.task.getName()
  }

  get label(): string {
    return `task '${this.taskName}'`
  }

  cancel(request: CancelRequest): void {
    interruptTask(this, request)
  }

  forgiveEarly(): number {
    return withdraw(this.frame)
  }

  disown(frame: Frame, why: Disowned): void {
    if (frame !== this.frame) adopt(frame, why, this.label)
    // This task stands for the frame already.
    else if (why === "left behind") frame.loop.leftBehind.add(this.task)
  }

  bodyEnded(frame: Frame, error?: unknown): void {
    if (frame !== this.frame || !unregister(this)) return
    if (error === undefined || cancellationIn(error) !== undefined) {
      this.task[returnWith](undefined) // nobody gets a result of what was left behind
      tellDone(this, "returned")
      return
    }
    this.task[failWith](error, true)
    tellDone(this, "failed", error)
    frame.loop.callExceptionHandler({
      message: `code that was left behind at a foreign promise failed later (${this.taskName})`,
      exception: error,
      task: this.task,
    })
  }
}

/** Makes a task of a frame that has no task any more. */
function adopt(frame: Frame, why: Disowned, label: string): void {
  const left = new Task(notCalled, {
    loop: frame.loop,
    name: `${why === "left behind" ? why : "outliving"}: ${frame.name} of ${label}`,
    context: frame.context,
    [adopting]: frame,
  })
  if (why === "left behind") frame.loop.leftBehind.add(left)
  if (why !== "orphaned") return
  frame.loop.callExceptionHandler({
    message:
      `coroutine '${frame.name}' was still running when the code of ${label} that started it ended, ` +
      `and is cancelled: await it there, or give it to createTask(…)`,
    task: left,
  })
  frame.interrupt(requestBy("nothing outlives the frame that started it", "the runtime"))
}

/** A task is about to be done; false if it was before. */
function unregister(run: TaskRun): boolean {
  const { task, loop } = run
  loop.tasks.remove(run)
  if (task.done()) return false
  if (loop.leftBehind.size > 0) loop.leftBehind.delete(task)
  return true
}

/** Its outcome was set with the methods of `Future`, past those of `Task` that refuse. */
function tellSetBefore(run: TaskRun): void {
  run.loop.callExceptionHandler({
    message: `${run.label} has ended, but its outcome was set before`,
    exception: new InvalidStateError(`${run.task.toString()} is done already`),
    task: run.task,
  })
}

function tellDone(run: TaskRun, how: TaskEnd, reason?: unknown): void {
  if (observer !== null) observer.taskDone(run, how, reason)
}

function notCalled(): never {
  throw new RuntimeError("code that was left behind runs already")
}

/** The task whose code runs in `frame`; undefined for callbacks and outside any loop. */
export function taskOf(frame: Frame | undefined): Task<unknown> | undefined {
  return frame !== undefined && !frame.ended && isRun(frame.owner) ? frame.owner.task : undefined
}

function isRun(owner: FrameOwner | null): owner is TaskFrame<unknown> | Adopted {
  return owner instanceof TaskFrame || owner instanceof Adopted
}

/** What a task waits for. */
function waitText({ frame, begun }: TaskRun): string {
  if (!begun) return ""
  const { first } = innermost(frame)
  if (first === null) return ""
  const { kind, detail } = (first as Wait).info() // what hangs below the innermost frame is a wait
  return ` wait_for=<${kind.replace(".", " ")}${detail === undefined ? "" : ` ${detail}`}>`
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
