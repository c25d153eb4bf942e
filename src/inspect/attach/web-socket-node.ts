/**
 * The client's half of a WebSocket, as far as Node's inspector speaks it (RFC 6455).
 *
 * Not the host's own WebSocket: loading that takes longer than all else here together.
 */
import { randomBytes } from "node:crypto"
import { connect, type Socket } from "node:net"

const TEXT = 1
const CLOSE = 8
const PING = 9
const PONG = 10

export interface Channel {
  send(text: string): void
  /** Says that nothing more comes. */
  end(): void
  /** Gives up the connection; `closed` is not called. */
  destroy(): void
}

export interface ChannelEvents {
  message(text: string): void
  closed(): void
}

/** @throws the socket's error, or one that says what the server answered */
export function openWebSocket(port: number, path: string, events: ChannelEvents): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true })
    let open = false
    let left = false
    let head = Buffer.alloc(0)
    const frames = new Frames((code, data) => {
      if (code === TEXT) events.message(data.toString())
      else if (code === PING) write(socket, PONG, data)
      else if (code === CLOSE) socket.end()
    })
    const channel: Channel = {
      send: (text) => write(socket, TEXT, Buffer.from(text)),
      end: () => socket.end(),
      destroy: () => {
        left = true
        socket.destroy()
      },
    }
    socket.on("data", (data: Buffer) => {
      if (open) return frames.take(data)
      head = Buffer.concat([head, data])
      const end = head.indexOf("\r\n\r\n")
      if (end === -1) return
      const [status = ""] = head.toString("latin1").split("\r\n", 1)
      if (!status.includes(" 101 ")) {
        socket.destroy()
        return reject(new Error(`the inspector refused a connection: ${status}`))
      }
      open = true
      resolve(channel)
      frames.take(head.subarray(end + 4))
    })
    socket.on("error", (error) => reject(error))
    socket.on("close", () => {
      if (!open) reject(new Error("the inspector closed the connection at once"))
      else if (!left) events.closed()
    })
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
  })
}

/** Whole messages of what comes in pieces. */
class Frames {
  readonly #message: (code: number, data: Buffer) => void
  #pieces: Buffer[] = []
  #length = 0
  #parts: Buffer[] = []
  #code = 0

  constructor(message: (code: number, data: Buffer) => void) {
    this.#message = message
  }

  take(data: Buffer): void {
    this.#pieces.push(data)
    this.#length += data.length
    while (this.#frame());
  }

  #frame(): boolean {
    if (this.#length < 2) return false
    const head = this.#peek(10)
    const [first = 0, second = 0] = head
    let size = second & 127
    let from = 2
    if (size === 126) {
      if (head.length < 4) return false
      size = head.readUInt16BE(2)
      from = 4
    } else if (size === 127) {
      if (head.length < 10) return false
      size = Number(head.readBigUInt64BE(2))
      from = 10
    }
    if (this.#length < from + size) return false
    const all = Buffer.concat(this.#pieces, this.#length)
    this.#pieces = [all.subarray(from + size)]
    this.#length -= from + size
    const data = all.subarray(from, from + size)
    const code = first & 15
    if (code >= CLOSE) {
      this.#message(code, data)
      return true
    }
    if (code !== 0) this.#code = code
    this.#parts.push(data)
    if ((first & 128) !== 0) {
      this.#message(this.#code, Buffer.concat(this.#parts))
      this.#parts = []
    }
    return true
  }

  #peek(count: number): Buffer {
    const [first] = this.#pieces
    if (first !== undefined && first.length >= count) return first.subarray(0, count)
    const all = Buffer.concat(this.#pieces, this.#length)
    this.#pieces = [all]
    return all.subarray(0, count)
  }
}

function write(socket: Socket, code: number, data: Buffer): void {
  const { length } = data
  const head = length < 126 ? Buffer.alloc(2) : length < 0x1_0000 ? Buffer.alloc(4) : Buffer.alloc(10)
  head[0] = 0x80 | code
  if (head.length === 2) head[1] = 0x80 | length
  else if (head.length === 4) {
    head[1] = 0x80 | 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 0x80 | 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  // A client has to mask what it sends, against proxies that guess at it; there are none here.
  socket.write(Buffer.concat([head, Buffer.alloc(4), data]))
}
