/**
 * A child process as programs use it: with streams, and operations that can be cancelled.
 */
import { checkSeconds, describe } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { coroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation } from "../core/host-operation.ts"
import type { ChildTransport } from "./child-transport.ts"
import { Communication, type Input } from "./communication.ts"
import { endChild } from "./end-child.ts"
import type { Signal } from "./signal-name.ts"
import { reaped } from "./spawn-child.ts"
import type { StreamReader } from "./stream-reader.ts"
import type { StreamWriter } from "./stream-writer.ts"
import type { PIPE } from "./subprocess-constants.ts"
import type { SubprocessOptions } from "./subprocess-options.ts"
import type { SubprocessStreamProtocol } from "./subprocess-stream-protocol.ts"

/** How `communicate` ends. */
export interface CommunicateOptions {
  /**
   * Seconds that outputs may stay open after the process has exited, in the hands of its own
   * children; what has come until then is given. Null, the default, waits for their end.
   */
  readonly grace?: number | null | undefined
}

/** What stands for a stream that was started with `V`: `T` for a pipe. */
type Piped<V, T> = V extends typeof PIPE ? T : typeof PIPE extends V ? T | null : null
type At<O, K extends string> = K extends keyof O ? O[K] : null
type OutputOf<R> = R extends null ? null : Buffer

/** The process that `createSubprocessExec` and `createSubprocessShell` give for these options. */
export type ProcessFor<O> = Process<
  Piped<At<O, "stdin">, StreamWriter>,
  Piped<At<O, "stdout">, StreamReader>,
  Piped<At<O, "stderr">, StreamReader>
>

/**
 * A child process.
 *
 * `await using` or `Symbol.asyncDispose` kills one that still runs, and waits for its end; the
 * same happens, without waiting, when the loop is closed.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * const { PIPE } = asyncio.subprocess
 *
 * await asyncio.run(async () => {
 *   const sort = await asyncio.createSubprocessExec("sort", { stdin: PIPE, stdout: PIPE })
 *   const [sorted] = await sort.communicate("tea\nmilk\n")
 *   console.log(sorted.toString().trim().split("\n").join(), sort.returncode) // -> milk,tea 0
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.Process
 */
export class Process<
  I extends StreamWriter | null = StreamWriter | null,
  O extends StreamReader | null = StreamReader | null,
  E extends StreamReader | null = StreamReader | null,
> extends Shown {
  readonly #transport: ChildTransport
  readonly #options: SubprocessOptions
  readonly #communication: Communication
  /** Writes to the standard input; null unless it is a pipe. */
  readonly stdin: I
  /** Reads the standard output; null unless it is a pipe. */
  readonly stdout: O
  /** Reads the error output; null unless it is a pipe. */
  readonly stderr: E

  /** Made by `createSubprocessExec` and `createSubprocessShell`. */
  constructor(transport: ChildTransport, protocol: SubprocessStreamProtocol, options: SubprocessOptions) {
    super()
    this.#transport = transport
    this.#options = options
    // The protocol made them for the pipes that these options ask for.
    this.stdin = protocol.stdin as I
    this.stdout = protocol.stdout as O
    this.stderr = protocol.stderr as E
    this.#communication = new Communication(transport, protocol.stdin, [protocol.stdout, protocol.stderr])
  }

  get pid(): number {
    return this.#transport.getPid()
  }

  /** The exit code; null while it runs; -9, for example, if `SIGKILL` ended it. */
  get returncode(): number | null {
    return this.#transport.getReturncode() ?? null
  }

  /**
   * Waits until the process has exited, whoever holds its pipes.
   *
   * With pipes that nobody reads it may never exit: use `communicate`.
   *
   * @returns the return code
   * @throws CancelledError if the task is cancelled first; the process runs on.
   *
   * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.Process.wait
   */
  wait(): Coroutine<number> {
    const transport = this.#transport
    return hostOperation<number>({
      name: "Process.wait",
      detail: `process ${this.pid}`,
      says: () => `process ${this.pid}`,
      on: this,
      start: (done) => transport.onExit((returncode) => done.returned(returncode)),
    })
  }

  /**
   * Sends `input` and closes the standard input, reads both outputs to their end, and waits
   * for the exit. A child that does not read its input is no error.
   *
   * It can be cancelled, or timed out, and called again: it goes on where it was, with what
   * it had read, and the input is sent once.
   *
   * @returns what came from stdout and stderr; null for what is no pipe
   * @throws TypeError for an input that is neither bytes nor text, RangeError for one if stdin
   * is no pipe, RuntimeError for another one than before: all at the call; RuntimeError while
   * another task communicates.
   * @throws CancelledError if the task is cancelled first; the process runs on.
   *
   * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.Process.communicate
   */
  communicate(input?: Input, options: CommunicateOptions = {}): Coroutine<[stdout: OutputOf<O>, stderr: OutputOf<E>]> {
    this.#communication.check(input)
    if (typeof options !== "object" || options === null) throw new TypeError(`the options of communicate are an object, but ${describe(options)} was given`)
    const { grace = null } = options
    if (grace !== null) checkSeconds(grace, "the grace of communicate")
    return communicate(async () => {
      const outputs = await this.#communication.run(input, grace)
      await this.wait()
      return outputs as [OutputOf<O>, OutputOf<E>] // null exactly for what is no pipe
    })
  }

  /**
   * Sends a signal. Does nothing if the process has exited and its outputs are still open.
   *
   * @throws ProcessLookupError once it is gone; RangeError or TypeError for what is no signal;
   * PermissionError if it runs as another user.
   */
  sendSignal(signal: Signal): void {
    this.#transport.sendSignal(signal)
  }

  /** Asks it to end, by `SIGTERM`. @throws ProcessLookupError once it is gone. */
  terminate(): void {
    this.#transport.terminate()
  }

  /** Ends it, by `SIGKILL`. @throws ProcessLookupError once it is gone. */
  kill(): void {
    this.#transport.kill()
  }

  /**
   * Closes the pipes, ends the process if it runs, by `killSignal`, and waits for its exit. One
   * with a session of its own is ended with its group.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    endChild(this.#transport, this.#options)
    await reaped(this.#transport)
  }

  toString(): string {
    return `<Process ${this.pid}${this.returncode === null ? "" : ` returncode=${this.returncode}`}>`
  }
}

const communicate = coroutine("Process.communicate", <T>(body: () => Promise<T>) => body()) as <T>(body: () => Promise<T>) => Coroutine<T> // a generic body has lost its parameter
