/**
 * The ways in which the standard input is read: lines as they come, a line that is edited
 * on the terminal, keys.
 */
import { createInterface, type Interface } from "node:readline"
import { Writable } from "node:stream"
import { atRoot } from "../host/node.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { HostDone } from "../core/host-operation.ts"
import type { Resource } from "../core/scheduler.ts"
import type { InputSource, Reader } from "./input-source.ts"
import { CTRL_C, Keyboard, type Key } from "./key.ts"

/** The signal that Ctrl-C would have sent, had the terminal not been in raw mode. */
function interrupt(): void {
  process.kill(process.pid, "SIGINT")
}

/** Invariant: in line, and among the loop's resources, from `enter` until it has told its outcome or was stopped. */
abstract class TerminalReader<T> implements Reader, Resource {
  protected readonly source: InputSource
  readonly #loop: EventLoop
  readonly #done: HostDone<T>
  /** Who reads has a task, of which is told. */
  readonly endsWithLoop = true as const
  protected over = false

  constructor(loop: EventLoop, source: InputSource, done: HostDone<T>) {
    this.#loop = loop
    this.source = source
    this.#done = done
  }

  enter(): void {
    this.#loop.resources.add(this)
    this.source.enter(this)
  }

  begin(): void {
    this.open()
    if (!this.over) this.attempt()
  }

  /** Its turn begins: listens, and shows what is to be shown. */
  protected abstract open(): void
  /** Takes what it needs from the source, if that is there. */
  protected abstract take(): void
  /** Its turn is over; `stopped` without an outcome. */
  protected abstract close(stopped: boolean): void

  protected readonly attempt = (): void => {
    try {
      this.take()
    } catch (error) {
      if (this.#leave(false)) this.#done.failed(error)
    }
  }

  protected finish(value: T): void {
    if (this.#leave(false)) this.#done.returned(value)
  }

  readonly stop = (): void => {
    this.#leave(true)
  }

  abandon(): void {
    this.stop()
  }

  #leave(stopped: boolean): boolean {
    if (this.over) return false
    this.over = true
    this.close(stopped)
    this.#loop.resources.delete(this)
    this.source.leave(this)
    return true
  }

  toString(): string {
    return "<reader of the standard input>"
  }
}

/** One line, as a pipe or the terminal's own line mode gives it; null at the end. */
export class LineReader extends TerminalReader<string | null> {
  readonly #prompt: string

  constructor(loop: EventLoop, source: InputSource, done: HostDone<string | null>, prompt: string) {
    super(loop, source, done)
    this.#prompt = prompt
  }

  protected open(): void {
    if (this.#prompt !== "") process.stdout.write(this.#prompt)
    this.source.listen(this.attempt, false)
  }

  protected take(): void {
    const line = this.source.takeLine()
    if (line !== undefined) this.finish(line)
  }

  protected close(): void {}
}

export interface LineEditorOptions {
  readonly prompt: string
  /** Nothing of what is typed is shown. */
  readonly secret: boolean
  /** Earlier lines, the oldest first; a new one is added. */
  readonly history: string[] | undefined
}

/** One line that is edited on the terminal; null for Ctrl-D on an empty one. */
export class LineEditor extends TerminalReader<string | null> {
  readonly #options: LineEditorOptions
  readonly #keyboard: Keyboard
  #lines: Interface | null = null

  constructor(loop: EventLoop, source: InputSource, done: HostDone<string | null>, options: LineEditorOptions) {
    super(loop, source, done)
    this.#options = options
    this.#keyboard = new Keyboard((on) => source.setRaw(on))
  }

  protected open(): void {
    const { prompt, secret, history = [] } = this.#options
    this.source.listen(this.attempt, true)
    const output = secret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stdout
    const lines = atRoot(() =>
      createInterface({ input: this.#keyboard, output, terminal: true, history: history.toReversed(), historySize: secret ? 0 : Math.max(history.length, 1) }),
    )
    this.#lines = lines
    lines.on("line", (line) => this.#entered(line))
    lines.on("close", () => this.#ended())
    lines.on("SIGINT", interrupt)
    if (secret) this.#screen().write(prompt)
    else {
      lines.setPrompt(prompt)
      lines.prompt()
    }
  }

  /** Where a secret is asked for, also when the output goes elsewhere. */
  #screen(): NodeJS.WriteStream {
    return process.stdout.isTTY ? process.stdout : process.stderr
  }

  // A key at a time: what comes after the end of the line is the next reader's.
  protected take(): void {
    while (!this.over) {
      const character = this.source.takeCharacter()
      if (character === undefined) return
      if (character === null) this.#ended()
      else this.#keyboard.press(character)
    }
  }

  #entered(line: string): void {
    const { secret, history } = this.#options
    if (secret) this.#screen().write("\n")
    else if (history !== undefined && line !== "" && history.at(-1) !== line) history.push(line)
    this.finish(line)
  }

  #ended(): void {
    if (this.over) return
    this.#screen().write("\n")
    this.finish(null)
  }

  protected close(stopped: boolean): void {
    const lines = this.#lines
    this.#lines = null
    if (lines === null) return
    if (stopped) {
      // What comes next on the screen begins on a line of its own.
      lines.write(null, { ctrl: true, name: "e" })
      this.#screen().write("\n")
    }
    lines.close()
  }
}

/** One key; null at the end. */
export class KeyReader extends TerminalReader<Key | null> {
  readonly #keyboard = new Keyboard()

  protected open(): void {
    this.#keyboard.onKey((key) => {
      if (key.sequence === CTRL_C && this.source.isTerminal) interrupt()
      else this.finish(key)
    })
    this.source.listen(this.attempt, true)
  }

  /** Whether no further key is wanted. */
  protected get satisfied(): boolean {
    return this.over
  }

  protected take(): void {
    while (!this.satisfied) {
      const character = this.source.takeCharacter()
      if (character === undefined) return
      if (character === null) this.finish(null)
      else this.#keyboard.press(character)
    }
  }

  protected close(): void {}
}
