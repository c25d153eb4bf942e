import type { Incoming } from "./node-server.ts"

/** Seconds that a client has to read its answer while it still sends its request. */
const LINGER = 0.5

/**
 * Takes, and drops, what a client still sends of a request that is answered, and closes if it
 * does not come to an end soon.
 *
 * Closed at once, with bytes of the client's unread, the system would take the answer back.
 */
export function linger(incoming: Incoming): void {
  const { socket } = incoming
  incoming.resume()
  const timer = setTimeout(() => socket.destroySoon(), LINGER * 1000)
  const over = (): void => {
    clearTimeout(timer)
    socket.off("close", over)
    incoming.off("end", over)
  }
  socket.on("close", over)
  incoming.on("end", over)
}
