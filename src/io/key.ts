/**
 * Keys of a terminal, as Node's readline tells them apart.
 */
import { emitKeypressEvents, type Key as NodeKey } from "node:readline"
import { Readable } from "node:stream"

/** A key that was pressed. */
export interface Key {
  /** Such as `a`, `up`, `return`, `f1`; empty for a character that has no name, such as `?`. */
  readonly name: string
  /** What it types: `A`, `?`, `é`; empty for `up` and the like. */
  readonly text: string
  readonly ctrl: boolean
  readonly meta: boolean
  readonly shift: boolean
  /** What the terminal sent. */
  readonly sequence: string
}

/** Ctrl-C, which a terminal in raw mode sends as a key. */
export const CTRL_C = "\x03"

/** Stands for a terminal's input to Node's functions: what is pressed is heard at once. */
export class Keyboard extends Readable {
  readonly #setRaw: (on: boolean) => void
  #pressed: ((key: Key) => void) | null = null

  /** @param setRaw - how they change the mode of the terminal */
  constructor(setRaw: (on: boolean) => void = () => undefined) {
    super({ read: () => undefined })
    this.#setRaw = setRaw
  }

  press(text: string): void {
    this.emit("data", text)
  }

  setRawMode(on: boolean): this {
    this.#setRaw(on)
    return this
  }

  /** Calls `listener` for each key; Escape alone is one only after half a second without more. */
  onKey(listener: (key: Key) => void): void {
    if (this.#pressed === null) {
      emitKeypressEvents(this)
      this.on("keypress", (text: string | undefined, key: NodeKey) => this.#pressed?.(describeKey(text, key)))
    }
    this.#pressed = listener
  }
}

function describeKey(text: string | undefined, key: NodeKey): Key {
  const { name = "", ctrl = false, meta = false, shift = false, sequence = "" } = key
  const types = text !== undefined && !ctrl && !meta && !/^\p{Control}/u.test(text)
  return { name, text: types ? text : "", ctrl, meta, shift, sequence }
}
