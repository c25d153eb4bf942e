/**
 * The standard input as text, and who reads it next.
 */
import { StringDecoder } from "node:string_decoder"
import { ReadStream } from "node:tty"
import { osError } from "../errors/os-errors.ts"
import { host } from "../host/host.ts"
import { atRoot } from "../host/node.ts"

/** Reads the standard input while it is its turn. */
export interface Reader {
  /** Its turn has come: it looks, and listens if there is not enough yet. */
  begin(): void
}

/**
 * Invariants: the first of `#readers` alone may take text; Node's stream is read, and a
 * terminal in raw mode, only while one listens or has just done so, so that it keeps no
 * process alive and no terminal changed; text that nobody took stays for the next.
 */
export class InputSource {
  readonly #stream: NodeJS.ReadStream
  readonly #decoder = new StringDecoder("utf8")
  readonly #readers: Reader[] = []
  #listener: (() => void) | null = null
  #attached = false
  #raw = false
  text = ""
  ended = false
  #error: unknown

  constructor(stream: NodeJS.ReadStream) {
    this.#stream = stream
  }

  get isTerminal(): boolean {
    return this.#stream instanceof ReadStream
  }

  /** Gets in line; at the head its turn comes at once. */
  enter(reader: Reader): void {
    this.#readers.push(reader)
    if (this.#readers.length === 1) reader.begin()
  }

  /** Gets out of line, and lets the next one begin. */
  leave(reader: Reader): void {
    const index = this.#readers.indexOf(reader)
    if (index < 0) return
    if (index === 0) this.#unlisten()
    this.#readers.splice(index, 1)
    if (index === 0) this.#readers[0]?.begin()
  }

  /** Calls `listener` when there is more to take, until its reader leaves; of a terminal, in raw mode, key by key. */
  listen(listener: () => void, raw: boolean): void {
    this.#listener = listener
    const stream = this.#stream
    if (raw && this.isTerminal) {
      this.#raw = true
      stream.setRawMode(true)
    }
    if (!this.#attached) {
      this.#attached = true
      atRoot(() => {
        stream.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onEnd).on("error", this.#onError)
        stream.resume()
      })
    }
    // A stream that has ended says so only once.
    if (stream.readableEnded || stream.destroyed) this.#onEnd()
  }

  #unlisten(): void {
    if (this.#listener === null) return
    this.#listener = null
    this.setRaw(false)
    // Not at once: paused while it hands out data, Node's stream goes on reading, and keeps the process alive.
    host.macrotask(this.#detach)
  }

  readonly #detach = (): void => {
    if (this.#listener !== null || !this.#attached) return
    this.#attached = false
    const stream = this.#stream
    stream.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onEnd).off("error", this.#onError)
    stream.pause()
  }

  /** Between raw mode and the terminal's own, as while the program is stopped by Ctrl-Z. */
  setRaw(on: boolean): void {
    if (!this.isTerminal || this.#raw === on) return
    this.#raw = on
    if (!this.#stream.destroyed) this.#stream.setRawMode(on)
  }

  /** The first line without its end; null at the end of the input, undefined if there is none yet. */
  takeLine(): string | null | undefined {
    const at = this.text.indexOf("\n")
    if (at >= 0) {
      const line = this.text.slice(0, at)
      this.text = this.text.slice(at + 1)
      return line.endsWith("\r") ? line.slice(0, -1) : line
    }
    if (!this.ended) return undefined
    this.#refuseBroken()
    const rest = this.text
    this.text = ""
    return rest === "" ? null : rest
  }

  /** The first character; null at the end of the input, undefined if there is none yet. */
  takeCharacter(): string | null | undefined {
    const code = this.text.codePointAt(0)
    if (code !== undefined) {
      const character = String.fromCodePoint(code)
      this.text = this.text.slice(character.length)
      return character
    }
    if (!this.ended) return undefined
    this.#refuseBroken()
    return null
  }

  /** Gives back what was taken and nobody wants. */
  unread(text: string): void {
    this.text = text + this.text
  }

  #refuseBroken(): void {
    if (this.#error !== undefined) throw osError(this.#error, "cannot read the standard input")
  }

  readonly #onData = (chunk: Buffer | string): void => {
    this.text += typeof chunk === "string" ? chunk : this.#decoder.write(chunk)
    this.#listener?.()
  }

  readonly #onEnd = (): void => {
    if (this.ended) return
    this.ended = true
    this.text += this.#decoder.end()
    this.#listener?.()
  }

  readonly #onError = (error: Error): void => {
    this.#error = error
    this.#onEnd()
  }
}

let source: InputSource | undefined

/** The one of this process. */
export function standardInput(): InputSource {
  return (source ??= atRoot(() => new InputSource(process.stdin)))
}
