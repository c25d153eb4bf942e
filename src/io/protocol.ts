/**
 * What a transport calls: the callbacks of a protocol.
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#protocols
 */
import { describe } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { BaseProtocol } from "./base-transport.ts"
import type { SocketName } from "./socket-name.ts"

/** A protocol that is given bytes as they come. */
export class Protocol extends BaseProtocol {
  /** Some bytes have come; how many at a time means nothing. */
  dataReceived(_data: Buffer): void {}

  /**
   * The peer will send no more.
   *
   * @returns true to keep the connection open for writing; else the transport closes itself
   */
  eofReceived(): boolean | void {}
}

/** A protocol that says where its bytes are to be put. */
export abstract class BufferedProtocol extends BaseProtocol {
  /**
   * Where the next bytes go; at least one byte long.
   *
   * @param sizeHint - how many have come; -1 if that is not known
   */
  abstract getBuffer(sizeHint: number): Uint8Array

  /** The first `count` bytes of the buffer were filled. */
  abstract bufferUpdated(count: number): void

  /** As `Protocol.eofReceived`. */
  eofReceived(): boolean | void {}
}

/** A protocol that is given datagrams. */
export class DatagramProtocol extends BaseProtocol {
  /** A datagram has come from `address`. */
  datagramReceived(_data: Buffer, _address: SocketName): void {}

  /** Sending or receiving failed, such as a datagram that nobody listens for. */
  errorReceived(_error: unknown): void {}
}

/** A protocol that is told of a child process. */
export class SubprocessProtocol extends BaseProtocol {
  /** The child wrote to its file descriptor 1 or 2. */
  pipeDataReceived(_fd: number, _data: Buffer): void {}

  /** A pipe to or from the child has ended. */
  pipeConnectionLost(_fd: number, _error: unknown): void {}

  /** The child has exited; its pipes may still hold data. */
  processExited(): void {}
}

/** Gives bytes to a protocol in the way that it takes them. */
export function giveData(protocol: BaseProtocol, chunk: Buffer): void {
  if (!("getBuffer" in protocol)) {
    ;(protocol as Protocol).dataReceived(chunk) // what is read from has one of the two
    return
  }
  const buffered = protocol as BufferedProtocol
  for (let rest = chunk; rest.length > 0; ) {
    const buffer = buffered.getBuffer(rest.length)
    if (!(buffer instanceof Uint8Array) || buffer.length === 0) {
      throw new RuntimeError("getBuffer() returned no room for the data; return a Uint8Array of at least one byte")
    }
    const count = Math.min(buffer.length, rest.length)
    buffer.set(rest.subarray(0, count))
    rest = rest.subarray(count)
    buffered.bufferUpdated(count)
  }
}

/** @throws TypeError for what is no protocol, such as nothing from a factory that forgot to return it. */
export function checkProtocol(given: unknown): void {
  if (typeof (given as Partial<BaseProtocol> | null | undefined)?.connectionMade !== "function") {
    throw new TypeError(`a protocol, such as an object of a class that extends Protocol, is expected of its factory, not ${describe(given)}`)
  }
}
