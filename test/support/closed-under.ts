/** A loop that is closed under code which still runs, as where that code went on after a foreign promise. */
import type * as asyncio from "asyncio-ts"

/** As often as no code asks that does not wait in a circle. */
const OFTEN = 100

/**
 * Has `loop` say that it is closed, until the returned function is called. Whoever asks in a circle
 * comes to rest: it is open again for those who ask too often.
 */
export function seemsClosed(loop: asyncio.EventLoop): { readonly asked: number; end(): void } {
  let asked = 0
  Object.defineProperty(loop, "dead", { configurable: true, get: () => (asked += 1) <= OFTEN })
  return {
    get asked() {
      return asked
    },
    end() {
      Object.defineProperty(loop, "dead", { configurable: true, writable: true, value: false })
    },
  }
}
