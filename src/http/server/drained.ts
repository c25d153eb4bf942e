import { ConnectionAbortedError, ConnectionResetError } from "../../errors/os-errors.ts"
import { hostOperation } from "../../core/host-operation.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { hostDelay } from "../host-delay.ts"
import type { Outgoing } from "./node-server.ts"

/**
 * Waits until the client has taken what it was sent.
 *
 * @param timeout - seconds after which a client that takes nothing is cut off
 * @throws ConnectionResetError if it has gone; ConnectionAbortedError if it was cut off.
 */
export function drained(outgoing: Outgoing, timeout: number): Coroutine<void> {
  return hostOperation<void>({
    name: "send",
    says: () => `HTTP response, sending, ${outgoing.writableLength} bytes not sent`,
    start(done) {
      const gone = new ConnectionResetError("cannot send the rest of the response: the client has gone away")
      if (outgoing.destroyed) {
        done.failed(gone)
        return undefined
      }
      if (!outgoing.writableNeedDrain) {
        done.returned()
        return undefined
      }
      const stop = (): void => {
        clearTimeout(timer)
        outgoing.off("drain", drain)
        outgoing.off("close", closed)
      }
      const drain = (): void => {
        stop()
        done.returned()
      }
      const closed = (): void => {
        stop()
        done.failed(gone)
      }
      const late = (): void => {
        stop()
        done.failed(new ConnectionAbortedError(`cut off a client that has read nothing of its response for ${timeout} s`))
        outgoing.destroy()
      }
      const timer = timeout === Infinity ? undefined : setTimeout(late, hostDelay(timeout))
      outgoing.on("drain", drain)
      outgoing.on("close", closed)
      return stop
    },
  })
}
