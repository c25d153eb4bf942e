import { checkSeconds, describe } from "../structures/arguments.ts"
import { EOFError } from "../errors/eof-error.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation } from "../core/host-operation.ts"
import { getRunningLoop } from "../core/running.ts"
import { waitFor } from "../tasks/wait-for.ts"
import { standardInput } from "./input-source.ts"
import { LineEditor, LineReader } from "./terminal-readers.ts"

/** How a line is asked for. */
export interface InputOptions {
  /** Seconds to wait, also for those who asked before; null, the default, for no limit. */
  readonly timeout?: number | null | undefined
  /** Shows nothing of what is typed on a terminal, as for a password. */
  readonly secret?: boolean | undefined
  /** Lines that the arrow keys bring back, the oldest first; what is entered is added to it. */
  readonly history?: string[] | undefined
}

/**
 * Asks for a line while other tasks go on: on a terminal with the usual editing keys, from a
 * pipe or file as it comes. Several that ask at once are served one after the other.
 *
 * However it ends, the terminal is as it was, and nothing keeps the process alive. Ctrl-C does
 * what it always does: it cancels the program's main task.
 *
 * @param prompt - written when its turn comes
 * @returns the line, without its end
 * @throws EOFError at the end of the input: Ctrl-D on an empty line.
 * @throws TimeoutError when the time is over; RangeError or TypeError for a timeout that is no
 * number.
 * @throws CancelledError if the task is cancelled first; what was typed is dropped.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const order = asyncio.coroutine("order", async () => {
 *   const kind = await asyncio.input("Which tea? ", { timeout: 30 })
 *   return `${kind} is on its way.`
 * })
 *
 * const answer = asyncio.stdin().isTerminal ? await asyncio.run(order()) : "Nobody is there to ask."
 * console.log(answer) // -> Nobody is there to ask.
 * ```
 *
 * @see https://docs.python.org/3/library/functions.html#input
 */
export function input(prompt = "", options: InputOptions = {}): Coroutine<string> {
  const { timeout = null, secret = false, history } = options
  if (typeof prompt !== "string") throw new TypeError(`the prompt of input is text, but ${describe(prompt)} was given`)
  if (timeout !== null) checkSeconds(timeout, "the timeout of input")
  if (typeof secret !== "boolean") throw new TypeError(`secret of input is true or false, but ${describe(secret)} was given`)
  if (history !== undefined && !Array.isArray(history)) throw new TypeError(`the history of input is an array of lines, but ${describe(history)} was given`)
  return new BodyCoroutine("input", async () => {
    const line = await (timeout === null ? read(prompt, secret, history) : waitFor(read(prompt, secret, history), timeout))
    if (line === null) throw new EOFError("the standard input has ended; no line is left for input()")
    return line
  })
}

function read(prompt: string, secret: boolean, history: string[] | undefined): Coroutine<string | null> {
  const source = standardInput()
  return hostOperation<string | null>({
    name: "input",
    detail: "a line of the standard input",
    says: () => "a line of the standard input",
    start(done) {
      const loop = getRunningLoop()
      const edited = source.isTerminal && (secret || process.stdout.isTTY)
      const reader = edited ? new LineEditor(loop, source, done, { prompt, secret, history }) : new LineReader(loop, source, done, prompt)
      reader.enter()
      return reader.stop
    },
    discard(line) {
      // The next reader might show what was typed in secret.
      if (line !== null && !secret) source.unread(`${line}\n`)
    },
  })
}
