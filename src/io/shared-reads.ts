/**
 * Reading a socket into one buffer that all sockets share.
 *
 * Node allocates 64 KiB for each read, cuts it down and hands the rest back, and runs what
 * has come through the machinery of streams; an echo spends a third of its time on that. Its
 * `onread` option reads into a given buffer instead, but sockets that a server accepts cannot
 * be given it, so it is set on the socket afterwards, by the names that the option itself
 * leaves there. Where they are not found, or the host has no such thing, sockets are read
 * with `data` events.
 *
 * @see https://nodejs.org/api/net.html#new-netsocketoptions
 */
import { Socket } from "node:net"

type BufferRead = (this: Socket, count: number, buffer: Uint8Array) => boolean

interface Handle {
  useUserBuffer?(buffer: Uint8Array): void
}

const SIZE = 64 * 1024

let shared: Buffer | undefined
const callbacks = new WeakMap<(this: Socket, chunk: Buffer) => void, BufferRead>()
let keys: { readonly buffer: symbol; readonly callback: symbol } | null | undefined

/** What Node calls the two on a socket that was made with `onread`; null if it has none. */
function find(): { readonly buffer: symbol; readonly callback: symbol } | null {
  const callback: BufferRead = () => true
  const probe = new Socket({ onread: { buffer: new Uint8Array(1), callback } })
  const symbols = Object.getOwnPropertySymbols(probe)
  const buffer = symbols.find((symbol) => Reflect.get(probe, symbol) instanceof Uint8Array)
  const called = symbols.find((symbol) => Reflect.get(probe, symbol) === callback)
  probe.destroy()
  return buffer === undefined || called === undefined ? null : { buffer, callback: called }
}

/**
 * Has what `socket` receives from now on copied and given to `received`, on the socket; pausing
 * and resuming it work as ever. The socket must be a plain one that has not begun to read.
 *
 * @returns false if this host cannot do that
 */
export function readShared(socket: Socket, received: (this: Socket, chunk: Buffer) => void): boolean {
  keys ??= find()
  if (keys === undefined || keys === null) return false
  const { _handle: handle } = socket as unknown as { _handle?: Handle | null } // Node's own, on every socket that is open
  if (typeof handle?.useUserBuffer !== "function" || socket.readableLength > 0) return false
  const buffer = (shared ??= Buffer.allocUnsafeSlow(SIZE))
  handle.useUserBuffer(buffer)
  Reflect.set(socket, keys.buffer, buffer)
  Reflect.set(socket, keys.callback, copyingTo(received))
  return true
}

/** One for all sockets: Node calls it as a method of the socket. */
function copyingTo(received: (this: Socket, chunk: Buffer) => void): BufferRead {
  let callback = callbacks.get(received)
  if (callback === undefined) {
    callback = function (this: Socket, count, buffer) {
      received.call(this, Buffer.from(buffer.subarray(0, count)))
      return true
    }
    callbacks.set(received, callback)
  }
  return callback
}
