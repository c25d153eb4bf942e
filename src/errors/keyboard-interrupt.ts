import { brand } from "./brand.ts"

/** What `run` rejects with when Ctrl-C ended its main task. */
export class KeyboardInterrupt extends Error {
  declare readonly name: "KeyboardInterrupt"
  declare readonly code: "ERR_KEYBOARD_INTERRUPT"

  static {
    brand(this, "KeyboardInterrupt", "ERR_KEYBOARD_INTERRUPT")
  }
}
