import type { BaseTransport } from "./base-transport.ts"
import { showName, type SocketName } from "./socket-name.ts"

/** What a transport leads to, for people: `socket 10.0.0.2:5432`, `pipe`. */
export function channelOf(transport: BaseTransport | null): string {
  if (transport === null) return "stream"
  const peer: SocketName | undefined = transport.getExtraInfo("peername")
  if (peer !== undefined && peer !== "") return `socket ${showName(peer)}`
  const own: SocketName | undefined = transport.getExtraInfo("sockname")
  if (own !== undefined && own !== "") return `socket ${showName(own)}`
  return transport.getExtraInfo("pipe") === undefined ? "socket" : "pipe"
}
