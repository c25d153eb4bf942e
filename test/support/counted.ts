import * as asyncio from "asyncio-ts"
import { listen, unlisten, type Listener } from "#src/core/future.ts"

/** A future that counts who listens for its end. */
export class Counted<T> extends asyncio.Future<T> {
  listeners = 0

  override [listen](listener: Listener): void {
    this.listeners += 1
    super[listen](listener)
  }

  override [unlisten](listener: Listener): void {
    this.listeners -= 1
    super[unlisten](listener)
  }
}
