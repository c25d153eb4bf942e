import { checkSeconds } from "../structures/arguments.ts"
import { Shown } from "../structures/shown.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation } from "../core/host-operation.ts"
import { getRunningLoop } from "../core/running.ts"
import { waitFor } from "../tasks/wait-for.ts"
import { standardInput } from "./input-source.ts"
import type { Key } from "./key.ts"
import { KeyStream } from "./key-stream.ts"
import { KeyReader, LineReader } from "./terminal-readers.ts"

/** How long to wait for a line or a key. */
export interface ReadOptions {
  /** Seconds; null, the default, for no limit. */
  readonly timeout?: number | null | undefined
}

/**
 * The standard input of this process, line by line or key by key, beside `input`. Those who
 * read are served in the order in which they ask.
 *
 * What was not read stays for the next one who reads here; other users of `process.stdin`
 * do not see what has come already.
 *
 * @see https://docs.python.org/3/library/sys.html#sys.stdin
 */
export class StandardInput extends Shown {
  /** Whether somebody types on a terminal. */
  get isTerminal(): boolean {
    return standardInput().isTerminal
  }

  /**
   * The next line, without its end; null at the end of the input.
   *
   * @throws TimeoutError when the time is over.
   * @throws CancelledError if the task is cancelled first; what has come stays.
   */
  readLine(options: ReadOptions = {}): Coroutine<string | null> {
    return limited("StandardInput.readLine", options, () => {
      const source = standardInput()
      return hostOperation<string | null>({
        name: "StandardInput.readLine",
        says: () => "a line of the standard input",
        start(done) {
          const reader = new LineReader(getRunningLoop(), source, done, "")
          reader.enter()
          return reader.stop
        },
        discard: (line) => line !== null && source.unread(`${line}\n`),
      })
    })
  }

  /**
   * The next key, which a terminal does not show; null at the end of the input. Ctrl-C is none:
   * it interrupts the program.
   *
   * @throws TimeoutError when the time is over.
   * @throws CancelledError if the task is cancelled first; the terminal is as it was.
   */
  readKey(options: ReadOptions = {}): Coroutine<Key | null> {
    return limited("StandardInput.readKey", options, () => {
      const source = standardInput()
      return hostOperation<Key | null>({
        name: "StandardInput.readKey",
        says: () => "a key of the terminal",
        start(done) {
          const reader = new KeyReader(getRunningLoop(), source, done)
          reader.enter()
          return reader.stop
        },
        discard: (key) => key !== null && source.unread(key.sequence),
      })
    })
  }

  /** The keys, as `readKey` gives them, up to the end of the input; between them, too, the terminal shows none. */
  keys(): AsyncIterableIterator<Key, undefined> {
    return new KeyStream(standardInput())
  }

  /** The lines, as `readLine` gives them, up to the end of the input. */
  [Symbol.asyncIterator](): AsyncIterator<string, undefined> {
    const next = async (): Promise<IteratorResult<string, undefined>> => {
      const line = await this.readLine()
      return line === null ? { done: true, value: undefined } : { done: false, value: line }
    }
    return { next: () => new BodyCoroutine("StandardInput.next", next) }
  }

  toString(): string {
    return `<StandardInput ${this.isTerminal ? "terminal" : "pipe or file"}>`
  }
}

function limited<T>(name: string, { timeout = null }: ReadOptions, work: () => Coroutine<T>): Coroutine<T> {
  if (timeout === null) return work()
  checkSeconds(timeout, `the timeout of ${name}`)
  return new BodyCoroutine(name, () => waitFor(work(), timeout) as Promise<T>) // a coroutine of T
}

const theOne = new StandardInput()

/**
 * The standard input of this process.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   let lines = 0
 *   if (!asyncio.stdin().isTerminal) for await (const _line of asyncio.stdin()) lines += 1
 *   console.log(lines) // -> 0
 * })
 * ```
 */
export function stdin(): StandardInput {
  return theOne
}
