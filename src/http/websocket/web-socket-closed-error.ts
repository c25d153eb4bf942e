import { brand } from "../../errors/brand.ts"

/** Thrown where a message is sent or awaited on a WebSocket that is closed. */
export class WebSocketClosedError extends Error {
  declare readonly name: string
  declare readonly code: string
  /** What was said at the close: 1000 for an ordinary one, 1006 if the connection was lost without a word. */
  readonly closeCode: number
  readonly reason: string

  static {
    brand(this, "WebSocketClosedError", "ERR_WEBSOCKET_CLOSED")
  }

  constructor(attempt: string, closeCode: number, reason: string) {
    super(`cannot ${attempt}: the WebSocket is closed (${closeCode}${reason === "" ? "" : ` ${reason}`})`)
    this.closeCode = closeCode
    this.reason = reason
  }

  /** Whether it was closed as it should be. */
  get isNormal(): boolean {
    return isNormal(this.closeCode)
  }
}

/** 1000 is a normal close, 1001 that one side goes away, 1005 that no code was given. */
export function isNormal(closeCode: number): boolean {
  return closeCode === 1000 || closeCode === 1001 || closeCode === 1005
}
