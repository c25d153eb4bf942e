import { brand } from "./brand.ts"

/** What `run` rejects with when Ctrl-C ended its main task. */
export class KeyboardInterrupt extends Error {
  override readonly name = "KeyboardInterrupt"
  readonly code = "ERR_KEYBOARD_INTERRUPT"

  static {
    brand(this, "KeyboardInterrupt")
  }
}
