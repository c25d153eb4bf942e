import { checkInteger, checkSeconds, describe } from "../../structures/arguments.ts"

/** How either end of a WebSocket behaves. All times are in seconds. */
export interface WebSocketOptions {
  /** The most bytes of a message; a larger one closes the connection with 1009. 1 MiB by default. */
  readonly maxMessageSize?: number | undefined
  /** How many messages may lie unread before the peer is held up; 16 by default. */
  readonly maxQueued?: number | undefined
  /** The time between two pings; a peer that has not answered one by the next is cut off. 20 by default, Infinity for none. */
  readonly pingInterval?: number | undefined
  /** How long the peer may take to close, before it is cut off; 5 by default. */
  readonly closeTimeout?: number | undefined
  /** Compresses messages where the peer does, too. Off by default: it costs memory for each connection. */
  readonly compression?: boolean | undefined
  /** The protocols that this end speaks, the best first. */
  readonly protocols?: readonly string[] | undefined
}

export interface WebSocketSettings {
  readonly maxMessageSize: number
  readonly maxQueued: number
  readonly pingInterval: number
  readonly closeTimeout: number
  readonly compression: boolean
  readonly protocols: readonly string[]
}

/** What HTTP can carry as a name. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/

/** @throws TypeError or RangeError for what makes no sense. */
export function webSocketSettings(options: WebSocketOptions): WebSocketSettings {
  const { maxMessageSize = 1_048_576, maxQueued = 16, pingInterval = 20, closeTimeout = 5, compression = false, protocols = [] } = options
  checkInteger(maxMessageSize, "maxMessageSize of a WebSocket", 1)
  checkInteger(maxQueued, "maxQueued of a WebSocket", 1)
  checkSeconds(pingInterval, "pingInterval of a WebSocket")
  checkSeconds(closeTimeout, "closeTimeout of a WebSocket")
  if (pingInterval <= 0) throw new RangeError(`pingInterval of a WebSocket is a number of seconds above 0, or Infinity for no pings, not ${pingInterval}`)
  if (closeTimeout < 0) throw new RangeError(`closeTimeout of a WebSocket is a number of seconds from 0, not ${closeTimeout}`)
  if (!Array.isArray(protocols)) throw new TypeError(`protocols of a WebSocket are a list of names, not ${describe(protocols)}`)
  for (const [index, protocol] of protocols.entries()) {
    if (typeof protocol !== "string" || !TOKEN.test(protocol) || protocols.indexOf(protocol) !== index) {
      throw new TypeError(`a protocol of a WebSocket is a name without spaces, each given once, not ${describe(protocol)}`)
    }
  }
  return { maxMessageSize, maxQueued, pingInterval, closeTimeout, compression, protocols }
}
