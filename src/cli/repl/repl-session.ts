/**
 * Runs statements one after the other on a loop that goes on between them.
 */
// A statement may take the names of the globals.
import process from "node:process"
import { constants, Script, type ScriptOptions } from "node:vm"
import { pathToFileURL } from "node:url"
import { join } from "node:path"
import type * as Acorn from "acorn"

import { currentContext } from "../../core/ambient.ts"
import type { ContextValues } from "../../core/context.ts"
import type { EventLoop } from "../../core/event-loop.ts"
import type { Task } from "../../core/task.ts"
import { CancelledError } from "../../errors/cancelled-error.ts"
import { KeyboardInterrupt } from "../../errors/keyboard-interrupt.ts"
import { Recorder } from "../../inspect/recorder.ts"
import type { Recording } from "../../inspect/recording.ts"
import { mayRunLoops, Runner } from "../../tasks/runner.ts"
import { readStatement, type Statement } from "./statement.ts"
import type { incomplete } from "./without-types.ts"

/** The second Ctrl-C interrupts the clean-up. */
const PATIENCE = 3
/** So many events of a statement are kept: enough for a picture, and little to make anew each time. */
const EVENTS = 20_000

/** A line of a stack that stands for something that was typed, and one that stands for what runs it. */
const OWN = /\/REPL\d+:\d+:\d+\)?$/
const INNER = /^\s+at (?:node:|.*\(node:)/

/** Ctrl-C ended a statement. */
export class StatementInterrupted extends Error {
  override readonly name = "KeyboardInterrupt"
  /** What the prompt says of it. */
  readonly shown: string

  /** @param left - the task that goes on, if it does not end */
  constructor(left?: string) {
    super(left === undefined ? "the statement was interrupted by Ctrl-C" : `the statement does not end, and goes on as the task '${left}'`)
    this.shown = left === undefined ? this.name : `${this.name}: ${this.message}`
  }
}

/**
 * A loop, and the statements that it runs. Their variables are those of the global object, and
 * they share one set of context variables.
 *
 * Invariant: at most one statement runs, and only one that awaits runs in a task.
 */
export class ReplSession {
  readonly #acorn: typeof Acorn
  readonly #runner: Runner
  readonly #loop: EventLoop
  readonly #context: ContextValues
  readonly #stopped: Promise<void>
  #task: Task<unknown> | null = null
  #interruptions = 0
  #giveUp: (() => void) | null = null
  #statements = 0
  #recorder: Recorder | null = null
  #ended = 0

  /** @param asyncio - what statements know by that name */
  constructor(acorn: typeof Acorn, asyncio: object, debug = false) {
    this.#acorn = acorn
    this.#runner = new Runner({ debug })
    this.#loop = this.#runner.getLoop()
    // A run within a statement that Ctrl-C has ended ends a moment later, by the same Ctrl-C.
    this.#loop.setExceptionHandler((loop, context) => context.exception instanceof KeyboardInterrupt || loop.defaultExceptionHandler(context))
    this.#context = currentContext().copy()
    this.#stopped = this.#loop.runForever()
    Object.assign(globalThis, { asyncio })
  }

  /** Whether a statement awaits something. */
  get waiting(): boolean {
    return this.#task !== null
  }

  /** What the tasks did while the last statement ran that awaited, and when it ended. */
  get recorded(): { readonly recording: Recording; readonly ended: number } | undefined {
    return this.#recorder === null ? undefined : { recording: this.#recorder.recording(), ended: this.#ended }
  }

  /** @throws SyntaxError if it is no statement; gives `incomplete` for the beginning of one */
  read(typed: string): Statement | typeof incomplete {
    return readStatement(this.#acorn, typed)
  }

  /**
   * Runs a statement; gives the value of the expression that it ends with, in an object, since
   * it may be a promise or a coroutine that nobody wants to await.
   *
   * @throws what it throws; StatementInterrupted if Ctrl-C ended it
   */
  run({ code, before, awaits, names }: Statement): Promise<{ readonly value: unknown }> {
    this.#statements += 1
    for (const name of names) declare(name)
    // Modules are looked for from the folder in which the command was called.
    const filename = pathToFileURL(join(process.cwd(), `REPL${this.#statements}`)).href
    const script = scriptOf(code, { filename, columnOffset: -before, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER })
    // Ctrl-C then also ends what never comes to an await, wherever it is: also in the midst of a
    // call of Node's. Node loses one that comes in the moment in which the script ends; the next
    // one is heard.
    const begin = (): unknown => {
      try {
        return script.runInThisContext({ breakOnSigint: true, displayErrors: false })
      } catch (error) {
        if (interrupted(error)) for (const stream of [process.stdout, process.stderr]) endWrite(stream)
        throw error
      } finally {
        listenAgain()
      }
    }
    return awaits ? this.#await(begin, code) : this.#call(begin, code)
  }

  /**
   * Asks the statement that awaits to end; false if there is none. One that has not ended by the
   * third time is left behind, as a task that goes on.
   */
  interrupt(): boolean {
    if (this.#task === null) return false
    this.#interruptions += 1
    this.#task.cancel("Ctrl-C")
    if (this.#interruptions >= PATIENCE) this.#giveUp?.()
    return true
  }

  /** Cancels all that is left, and closes the loop. */
  async close(): Promise<void> {
    this.#loop.stop()
    await this.#stopped
    await this.#runner.close()
  }

  #call(begin: () => unknown, code: string): Promise<{ readonly value: unknown }> {
    return new Promise((resolve, reject) => {
      const callback = (): void => {
        try {
          resolve({ value: begin() })
        } catch (error) {
          reject(told(error, code))
        }
      }
      this.#loop.callSoon(callback, { context: this.#context })
    })
  }

  async #await(begin: () => unknown, code: string): Promise<{ readonly value: unknown }> {
    this.#recorder = new Recorder({ capacity: EVENTS }).start()
    this.#interruptions = 0
    // The value may be a coroutine that the statement gives and does not await.
    const task = this.#loop.createTask(async () => ({ value: await begin() }), { name: `statement-${this.#statements}`, context: this.#context })
    mayRunLoops.add(task)
    this.#task = task
    try {
      return await new Promise((resolve, reject) => {
        this.#giveUp = () => reject(new StatementInterrupted(task.getName()))
        task.addDoneCallback(() => {
          if (task.cancelled()) reject(this.#interruptions > 0 ? new StatementInterrupted() : new CancelledError())
          else if (task.exception() !== undefined) reject(told(task.exception(), code))
          else resolve(task.result())
        })
      })
    } finally {
      this.#task = null
      this.#giveUp = null
      this.#recorder.stop()
      this.#ended = this.#loop.time()
    }
  }
}

/** Where a script has begun to listen for Ctrl-C, Node takes the signal from all listeners when that script ends. */
function listenAgain(): void {
  const listeners = process.rawListeners("SIGINT") as (() => void)[] // whatever they are, they are put back as they were
  process.removeAllListeners("SIGINT")
  for (const listener of listeners) process.on("SIGINT", listener)
}

function interrupted(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED"
}

/** What of a stream's state tells that it waits for the end of a write; not documented, and the same for years. */
interface Writing {
  readonly _writableState?: { readonly writing?: boolean; readonly onwrite?: (error: null) => void }
  /** Missing for a file; how many bytes of a pipe's the system has not taken yet. */
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

/**
 * A loop that prints is most often interrupted between a write of the system's and what Node
 * does after it. The stream would take that write to go on, and hold back all that follows.
 */
function endWrite(stream: NodeJS.WriteStream): void {
  // Elsewhere a write to a terminal or a pipe ends before it returns.
  if (process.platform === "win32") return
  const { _writableState: state, _handle: handle } = stream as Writing // not among the types, since Node does not document it
  // Whoever reads the pipe is slow: that write does go on, and its end is told.
  if ((handle?.writeQueueSize ?? 0) > 0) return
  if (state?.writing === true) state.onwrite?.(null)
}

/** @throws SyntaxError, without the lines around what was typed */
function scriptOf(code: string, options: ScriptOptions): Script {
  try {
    return new Script(code, options)
  } catch (error) {
    if (error instanceof SyntaxError) error.stack = `${error.name}: ${error.message}`
    throw error
  }
}

/** Makes sure that a variable can be assigned to; one that is there keeps its value until then. */
function declare(name: string): void {
  const found = Object.getOwnPropertyDescriptor(globalThis, name)
  if (found !== undefined && (!found.configurable || found.writable === true)) return
  Object.defineProperty(globalThis, name, { value: undefined, writable: true, configurable: true, enumerable: true })
}

/** An error as whoever typed wants it: what called the statement is no matter of theirs. */
function told(error: unknown, code: string): unknown {
  if (!(error instanceof Error)) return error
  if (interrupted(error)) return new StatementInterrupted()
  const lines = error.stack?.split("\n") ?? []
  const last = lines.findLastIndex((line) => OWN.test(line))
  // The last line of the code calls what was typed.
  const call = new RegExp(`/REPL\\d+:${code.split("\n").length}:\\d+\\)?$`)
  if (last >= 0) error.stack = lines.slice(0, last + 1).filter((line) => !INNER.test(line) && !call.test(line)).join("\n").replaceAll(pathToFileURL(join(process.cwd(), "REPL")).href, "REPL")
  return error
}
