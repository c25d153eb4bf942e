/**
 * Running a program: a loop, its main task, and an orderly end.
 */
import { describe, isThenable } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { DeadlockError, RuntimeError } from "../errors/misuse.ts"
import { KeyboardInterrupt } from "../errors/keyboard-interrupt.ts"
import { host, type AbortSignalLike } from "../host/host.ts"
import { currentContext, requestBy } from "../core/ambient.ts"
import type { ContextValues } from "../core/context.ts"
import { Coroutine } from "../core/coroutine.ts"
import { doomWaits, listTasks } from "../core/deadlock.ts"
import { EventLoop } from "../core/event-loop.ts"
import { currentFrame } from "../core/frame.ts"
import { cancelFor, Future, Relay } from "../core/future.ts"
import { allTasks, currentTask } from "../core/running.ts"
import { cancelOnAbort } from "../core/signal.ts"
import type { Startable, Task } from "../core/task.ts"
import { beforeClose } from "./before-close.ts"
import { endureInterrupt, onInterrupt } from "./interrupts.ts"
import { onQuiet } from "./quiet.ts"

/** Two to close async generators, two for the default executor. */
const LAST_TURNS = 4

/** What loop a `Runner` makes. */
export interface RunnerOptions {
  /** Turns the loop's debug mode on or off. */
  readonly debug?: boolean | undefined
  /** Makes the loop; by default a new `EventLoop`. */
  readonly loopFactory?: (() => EventLoop) | undefined
}

/** How `run` runs a program. */
export interface RunOptions extends RunnerOptions {
  /** Cancels the main task when it aborts. */
  readonly signal?: AbortSignalLike | undefined
  /** The name of the main task. */
  readonly name?: string | undefined
}

/**
 * Owns a loop over several runs, which share their context variables.
 *
 * Invariant: the loop exists from its first use until `close`, and is closed then.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const runner = new asyncio.Runner()
 * try {
 *   await runner.run(() => asyncio.sleep(0.01))
 *   console.log(await runner.run(async () => "again")) // -> again
 * } finally {
 *   await runner.close()
 * }
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-runner.html#asyncio.Runner
 */
export class Runner extends Shown {
  readonly #options: RunnerOptions
  #loop: EventLoop | null = null
  /** That of whoever asked for the loop first. */
  #context: ContextValues | undefined
  #closed = false
  /** After an interruption the signal is raised again, which would cut the end short: not before all is closed. */
  #stopEnduring: (() => void) | undefined

  constructor(options: RunnerOptions = {}) {
    super()
    this.#options = options
  }

  /** The loop, made when it is first asked for. @throws RuntimeError once closed. */
  getLoop(): EventLoop {
    if (this.#closed) throw new RuntimeError("this Runner is closed; make a new one")
    if (this.#loop === null) {
      this.#loop = this.#options.loopFactory?.() ?? new EventLoop()
      if (this.#options.debug !== undefined) this.#loop.setDebug(this.#options.debug)
      this.#context = currentContext().copy()
    }
    return this.#loop
  }

  /**
   * Runs `main` to its end on this runner's loop.
   *
   * @throws TypeError for a promise or a task, which run already; RuntimeError inside a
   * running task, while this runner runs another main, or once closed; KeyboardInterrupt if
   * Ctrl-C ended it.
   */
  async run<T>(
    main: Startable<T>,
    options: { context?: ContextValues; signal?: AbortSignalLike | undefined; name?: string | undefined } = {},
  ): Promise<Awaited<T>> {
    checkMain(main)
    checkNotNested()
    const loop = this.getLoop()
    // Before a task is made, which the loop that runs would run.
    if (loop.running) throw new RuntimeError("this Runner is running; make another one, or use createTask(…) inside")
    const context = options.context ?? this.#context
    const task = loop.createTask(main, { context, name: options.name })
    if (options.signal !== undefined) cancelOnAbort(task, options.signal)
    let interrupts = 0
    const stopListening = onInterrupt(() => {
      interrupts += 1
      task[cancelFor](requestBy(undefined, "Ctrl-C"))
    })
    const stopWatching = watchQuiet(loop, task)
    try {
      return await loop.runUntilComplete(task)
    } catch (error) {
      if (interrupts > 0 && task.done() && task.cancelled() && withdrawn(task, interrupts)) {
        throw new KeyboardInterrupt("interrupted by Ctrl-C", { cause: error })
      }
      throw error
    } finally {
      stopWatching()
      if (interrupts > 0) this.#stopEnduring ??= endureInterrupt(true)
      stopListening()
    }
  }

  /**
   * Cancels what is left, waits for it and for the default executor, and closes the loop; idempotent.
   *
   * A task that refuses to end keeps this waiting, as asyncio's does; threads do so for at most
   * 300 seconds, or until Ctrl-C, which ends them. What is left of the tasks is cleaned up after
   * Ctrl-C too; a second one ends the process.
   *
   * @throws RuntimeError while it runs.
   */
  async close(): Promise<void> {
    if (this.#closed) return
    if (this.#loop?.running) throw new RuntimeError("cannot close a Runner that is running; await its run(…) first")
    this.#closed = true
    const loop = this.#loop
    if (loop === null) return
    loop.ending = true
    this.#stopEnduring ??= endureInterrupt(false)
    try {
      await cancelAll(loop)
      await lastTurns(loop)
      await beforeClose.get(loop)?.()
    } finally {
      loop.close()
      this.#stopEnduring()
    }
  }

  toString(): string {
    return `<Runner closed=${this.#closed}>`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/**
 * Runs a program: makes a loop, runs `main` as its main task, cancels what is left when it
 * ends, waits for the threads of `toThread`, and closes the loop.
 *
 * @param main - a coroutine, or a function that is called to make one
 * @returns a promise of main's value
 * @throws TypeError for a promise or task, which run already; RuntimeError inside a running
 * task; KeyboardInterrupt if Ctrl-C ended it: the first one cancels the main task.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const main = asyncio.coroutine("main", async () => {
 *   await asyncio.sleep(0.01)
 *   return "Hello"
 * })
 * console.log(await asyncio.run(main())) // -> Hello
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-runner.html#asyncio.run
 */
export async function run<T>(main: Startable<T>, options: RunOptions = {}): Promise<Awaited<T>> {
  checkMain(main)
  checkNotNested()
  const { signal, name, ...rest } = options
  const runner = new Runner(rest)
  // Between main's end and the beginning of the close no Ctrl-C ends the process.
  const stopListening = onInterrupt(() => undefined)
  try {
    return await runner.run(main, { signal, name })
  } finally {
    const closed = runner.close()
    stopListening()
    await closed
  }
}

/** Withdraws as many requests; whether nobody else has asked `task` to end. */
function withdrawn(task: Task<unknown>, requests: number): boolean {
  for (let i = 0; i < requests; i += 1) task.uncancel()
  return task.cancelling() === 0
}

async function cancelAll(loop: EventLoop): Promise<void> {
  const left = [...allTasks(loop)].filter((task) => !loop.leftBehind.has(task))
  if (left.length === 0) return
  for (const task of left) task[cancelFor](requestBy("the program ends", "run"))
  // No task that gathers them: it would end a turn later than asyncio's, which is a future, or a turn earlier.
  const ended = new Future<void>({ loop })
  let open = left.length
  for (const task of left) new Relay<unknown>(task, () => (open -= 1) === 0 && ended.setResult(undefined))
  await loop.runUntilComplete(ended)
  for (const task of left) {
    if (task.cancelled()) continue
    const exception = task.exception()
    if (exception === undefined) continue
    loop.callExceptionHandler({ message: "unhandled exception during asyncio.run() shutdown", exception, task })
  }
}

/** As many as asyncio's own shutdown takes: what callbacks of the last tasks call soon still runs. */
async function lastTurns(loop: EventLoop): Promise<void> {
  for (let turn = 0; turn < LAST_TURNS; turn += 1) {
    loop.stop()
    await loop.runForever()
  }
}

function checkMain(main: unknown): void {
  if (main instanceof Coroutine || typeof main === "function") return
  if (isThenable(main)) {
    const remedy = main instanceof Future ? "await it inside main" : "pass the function: run(main)"
    throw new TypeError(`run takes a coroutine or a function, but ${describe(main)} runs already; ${remedy}`)
  }
  throw new TypeError(`run takes a coroutine or a function, not ${describe(main)}`)
}

/** Tasks whose code stands for no program's, such as what is typed at a prompt: in them `run` is at the top. */
export const mayRunLoops = new WeakSet<object>()

function checkNotNested(): void {
  const frame = currentFrame()
  if (frame === undefined || frame.ended || !frame.loop.inTurn(frame)) return
  const task = currentTask()
  if (task !== undefined && mayRunLoops.has(task)) return
  throw new RuntimeError(
    `run(…) cannot be called from ${frame.owner?.label ?? "a task"}: a loop runs it already; await the coroutine instead`,
  )
}

/** When nothing keeps the process alive, the main task would wait for ever: it is told. */
function watchQuiet(loop: EventLoop, task: Task<unknown>): () => void {
  let quiet = 0
  return onQuiet(() => {
    quiet += 1
    if (quiet === 1) {
      host.macrotask(() => undefined)
      return
    }
    const waits = listTasks(loop)
    // A real clock's timer would keep the process alive.
    const still = loop.unheld + loop.hostOperations > 0 && loop.timerCount > 0 ? "\nvirtual time stands still while a task awaits what is not of asyncio-ts, such as the call of a plain async function; give gather or waitFor the function itself" : ""
    doomWaits(task, new DeadlockError(`nothing can ever happen again; these wait for ever:\n${waits}${still}`))
  })
}
