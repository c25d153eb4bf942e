/**
 * The event loop as users know it: asyncio's methods over the scheduler.
 */
import { checkFunction, checkSeconds, describe } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host } from "../host/host.ts"
import { currentContext } from "./ambient.ts"
import type { Clock } from "./clock.ts"
import type { ContextValues } from "./context.ts"
import { countDebug } from "./debug.ts"
import { ageOutside, makesCoroutines, reportNeverAwaited, type Coroutine } from "./coroutine.ts"
import { DeadlockWatch } from "./deadlock.ts"
import { detachedFrame } from "./frame.ts"
import { Future, Relay } from "./future.ts"
import { Handle, type TimerHandle } from "./handle.ts"
import { NativePromise } from "./native-promise.ts"
import { observer } from "./observer.ts"
import { origins } from "./place.ts"
import { Scheduler, type ExceptionContext, type ReadyQueue } from "./scheduler.ts"
import { Task, type Startable, type TaskOptions } from "./task.ts"
import { UserCallback } from "./user-callback.ts"

/** Is told of every error that nobody else handles; see `setExceptionHandler`. */
export type ExceptionHandler = (loop: EventLoop, context: ExceptionContext) => void
/** Makes the tasks of a loop; gets what `createTask` got. */
export type TaskFactory = <T>(loop: EventLoop, work: Startable<T>, options: TaskOptions) => Task<T>

/** How a callback is called. */
export interface CallbackOptions {
  /** The context variables to run with; by default a copy of the caller's. */
  readonly context?: ContextValues
}

const none: Omit<TaskOptions, "loop"> = {}

/**
 * Runs callbacks and tasks, one at a time, in the order of CPython's event loop.
 *
 * Programs seldom touch it: `run` makes one and closes it. Several may run in one thread.
 *
 * Invariant: closed implies not running; a closed loop holds no callback and no timer.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html
 */
export class EventLoop extends Scheduler {
  #debug = false
  #handler: ExceptionHandler | null = null
  #taskFactory: TaskFactory | null = null
  /** The options of a task made without any: the same object for all. */
  #plain: TaskOptions | null = null
  /** Pending tasks of whose end `runUntilComplete` has told its caller. */
  readonly #toldOf = new WeakSet<object>()
  /** Seconds that a callback or step may take before debug mode reports it. */
  slowCallbackDuration = 0.1

  /** @param options - `clock`: what time it runs on; the system's by default */
  constructor(options: { clock?: Clock } = {}, ready?: ReadyQueue) {
    super(options.clock, ready)
    this.chores.push(new DeadlockWatch(this).look, ageOthers)
    if (host.debug) this.setDebug(true)
  }

  /** Seconds on the loop's clock, which never goes back. */
  time(): number {
    return this.clock.time()
  }

  /** Calls `callback` with the next iteration; callbacks run in the order of registration. */
  callSoon(callback: () => void, options: CallbackOptions = {}): Handle {
    const handle = new Handle(this.#wrap(callback, "callSoon", options))
    this.schedule(handle)
    return handle
  }

  /** As `callSoon`; there is one thread only, so it differs in name alone. */
  callSoonThreadsafe(callback: () => void, options: CallbackOptions = {}): Handle {
    return this.callSoon(callback, options)
  }

  /** Calls `callback` after `delay` seconds; a negative delay is due at once. */
  callLater(delay: number, callback: () => void, options: CallbackOptions = {}): TimerHandle {
    checkSeconds(delay, "delay")
    return this.scheduleAt(this.time() + delay, this.#wrap(callback, "callLater", options))
  }

  /** Calls `callback` at `when`, in seconds of `time()`. */
  callAt(when: number, callback: () => void, options: CallbackOptions = {}): TimerHandle {
    checkSeconds(when, "when")
    return this.scheduleAt(when, this.#wrap(callback, "callAt", options))
  }

  createFuture<T>(): Future<T> {
    return new Future<T>({ loop: this })
  }

  /** Makes a task through the task factory; see `asyncio.createTask`. */
  createTask<T>(work: Startable<T>, options: Omit<TaskOptions, "loop"> = none): Task<T> {
    this.#mustBeOpen()
    if (this.#taskFactory !== null) return this.#taskFactory(this, work, options)
    return new Task(work, options === none ? (this.#plain ??= { loop: this }) : { ...options, loop: this })
  }

  /** Sets what makes the tasks; null restores the default. */
  setTaskFactory(factory: TaskFactory | null): void {
    if (factory !== null) checkFunction(factory, "a task factory")
    this.#taskFactory = factory
  }

  getTaskFactory(): TaskFactory | null {
    return this.#taskFactory
  }

  /**
   * Runs until `stop()`; the promise resolves when the loop has stopped.
   *
   * @throws RuntimeError if the loop runs already, or is closed.
   */
  runForever(): Promise<void> {
    this.#mustBeIdle()
    return new NativePromise((resolve) => this.start(resolve))
  }

  /**
   * Runs until `work` is done, and gives its outcome.
   *
   * @throws RuntimeError if the loop is stopped before.
   */
  async runUntilComplete<T>(work: Startable<T> | Future<T>): Promise<T> {
    // Before a task is made, which the loop that runs would run.
    this.#mustBeIdle()
    if (work instanceof Future && work.getLoop() !== this) {
      throw new RuntimeError(`${work.toString()} belongs to another event loop; run that one`)
    }
    const future = work instanceof Future ? work : this.createTask(work)
    const relay = new Relay<unknown>(future, () => this.stop())
    try {
      await this.runForever()
    } finally {
      relay.stop()
    }
    if (!future.done()) {
      if (future !== work) this.#toldOf.add(future)
      throw new RuntimeError("the event loop was stopped before the future was done")
    }
    return future.result()
  }

  override toString(): string {
    return `<EventLoop running=${this.running} closed=${this.dead} debug=${this.#debug}>`
  }

  isRunning(): boolean {
    return this.running
  }

  isClosed(): boolean {
    return this.dead
  }

  /**
   * Drops what is scheduled and reports coroutines that were never awaited; idempotent.
   *
   * @throws RuntimeError while the loop runs.
   */
  close(): void {
    if (this.running) throw new RuntimeError("cannot close a running event loop; stop() it first")
    if (this.dead) return
    this.lostErrors.flush()
    for (const { task } of this.tasks) {
      if (this.leftBehind.has(task) || this.#toldOf.has(task)) continue
      this.callExceptionHandler({ message: "Task was destroyed but it is pending!", task })
    }
    for (const coroutine of this.unstarted.takeAll()) reportNeverAwaited(coroutine as Coroutine<unknown>)
    const debug = this.#debug
    this.setDebug(false)
    this.shutDown()
    for (const resource of this.resources) {
      if (debug && resource.endsWithLoop !== true) host.warn(`${resource.toString()} was still open when its event loop was closed; close it, and await waitClosed()`, "ASYNCIO_UNCLOSED")
      resource.abandon()
    }
    this.resources.clear()
  }

  /** Sets what handles errors that nobody else does; null restores the default. */
  setExceptionHandler(handler: ExceptionHandler | null): void {
    if (handler !== null && typeof handler !== "function") {
      throw new TypeError(`an exception handler is a function or null, not ${describe(handler)}`)
    }
    this.#handler = handler
  }

  getExceptionHandler(): ExceptionHandler | null {
    return this.#handler
  }

  /** Writes the message, the exception and further facts to standard error. */
  defaultExceptionHandler(context: ExceptionContext): void {
    const facts = Object.keys(context)
      .filter((key) => key !== "message" && key !== "exception" && context[key] !== undefined)
      .sort()
      .map((key) => `\n${key}: ${String(context[key])}`)
    host.report(context.message + facts.join(""), context.exception)
  }

  /** Calls the exception handler; a handler that fails falls back to the default one. Never throws. */
  override callExceptionHandler(told: ExceptionContext): void {
    if (observer !== null) observer.failureTold(told.exception)
    const context = withOrigins(told)
    const handler = this.#handler
    if (handler === null) {
      this.#handleByDefault(context)
      return
    }
    // The handler runs in the context of the task or handle concerned (R183).
    const concerned: { getContext?: () => ContextValues | undefined } | undefined = context.task ?? context.future ?? context.handle
    try {
      const own = concerned?.getContext?.() ?? currentContext()
      if (own === currentContext()) handler(this, context)
      else host.enter(detachedFrame(this, "exception handler", own), () => handler(this, context), undefined)
    } catch (exception) {
      this.#handleByDefault({ message: "Unhandled error in exception handler", exception, context })
    }
  }

  #handleByDefault(context: ExceptionContext): void {
    try {
      this.defaultExceptionHandler(context)
    } catch (exception) {
      try {
        host.report(`Exception in default exception handler: ${context.message}`, exception)
      } catch {
        // Even the console fails: nobody is left to tell.
      }
    }
  }

  getDebug(): boolean {
    return this.#debug
  }

  setDebug(enabled: boolean): void {
    if (enabled !== this.#debug) countDebug(enabled ? 1 : -1)
    this.#debug = enabled
  }

  #wrap(callback: () => void, method: string, options: CallbackOptions): UserCallback {
    this.#mustBeOpen()
    checkFunction(callback, `the callback of ${method}`)
    if (makesCoroutines in callback) {
      throw new TypeError(`the callback of ${method} is the coroutine function ${callback.name}, which would run nothing; use createTask`)
    }
    return new UserCallback(this, callback, callback.name, options.context)
  }

  #mustBeIdle(): void {
    this.#mustBeOpen()
    if (this.running) throw new RuntimeError("this event loop is already running")
  }

  #mustBeOpen(): void {
    if (this.dead) throw new RuntimeError("Event loop is closed; make a new one, or use asyncio.run(…)")
  }
}

/** Adds where the future, task or handle was made, if that is known. */
function withOrigins(context: ExceptionContext): ExceptionContext {
  const source = origins.get(context.task ?? context.future ?? context)
  const handle = origins.get(context.handle ?? context)
  if (source === undefined && handle === undefined) return context
  return {
    ...context,
    ...(source !== undefined && { sourceTraceback: source }),
    ...(handle !== undefined && { handleTraceback: handle }),
  }
}

// By the host's time: a loop's own clock may be a virtual one.
function ageOthers(): number {
  ageOutside(host.now())
  return Infinity
}

declare module "./scheduler.ts" {
  interface LoopTypes {
    readonly eventLoop: EventLoop
  }
}
