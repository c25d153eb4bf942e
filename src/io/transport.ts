/**
 * What a protocol writes to and is fed by.
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#transports
 */
import { BaseTransport } from "./base-transport.ts"
import type { SocketName } from "./socket-name.ts"

/** A transport that is read from. */
export abstract class ReadTransport extends BaseTransport {
  /** Whether the protocol is given data as it comes. */
  abstract isReading(): boolean

  /** Stops giving data to the protocol; the peer is slowed down. */
  abstract pauseReading(): void

  abstract resumeReading(): void
}

/** The marks between which a protocol is told to stop and go on writing, in bytes. */
export interface WriteBufferLimits {
  readonly high?: number | undefined
  readonly low?: number | undefined
}

/** A transport that is written to. */
export abstract class WriteTransport extends BaseTransport {
  /** Closes it at once; what is buffered is lost. */
  abstract abort(): void

  /** Whether the other direction can stay open after `writeEof`. */
  abstract canWriteEof(): boolean

  /** How many bytes wait to be written. */
  abstract getWriteBufferSize(): number

  /** The low and the high mark, in bytes. */
  abstract getWriteBufferLimits(): readonly [low: number, high: number]

  /**
   * Sets the marks: 64 KiB and 16 KiB by default; one alone sets the other to a quarter, or four times.
   *
   * @throws RangeError if low is above high, or below zero.
   */
  abstract setWriteBufferLimits(limits?: WriteBufferLimits): void

  /** Writes, or buffers what cannot be written now; never waits. Text is written as UTF-8. */
  abstract write(data: string | Uint8Array): void

  /** Writes several pieces at once. */
  abstract writeLines(pieces: Iterable<string | Uint8Array>): void

  /** Ends the output after what is buffered; data may still come in. */
  abstract writeEof(): void
}

/** A transport in both directions. */
export abstract class Transport extends ReadTransport implements WriteTransport {
  abstract abort(): void
  abstract canWriteEof(): boolean
  abstract getWriteBufferSize(): number
  abstract getWriteBufferLimits(): readonly [low: number, high: number]
  abstract setWriteBufferLimits(limits?: WriteBufferLimits): void
  abstract write(data: string | Uint8Array): void
  abstract writeLines(pieces: Iterable<string | Uint8Array>): void
  abstract writeEof(): void
}

/** A transport of datagrams. */
export abstract class DatagramTransport extends BaseTransport {
  /** Sends one datagram, to `address` or to where the socket is connected; never waits. */
  abstract sendTo(data: string | Uint8Array, address?: SocketName): void

  /** Closes it at once; what is buffered is lost. */
  abstract abort(): void

  abstract getWriteBufferSize(): number
  abstract getWriteBufferLimits(): readonly [low: number, high: number]
  abstract setWriteBufferLimits(limits?: WriteBufferLimits): void
}

/** A transport to a child process. */
export abstract class SubprocessTransport extends BaseTransport {
  abstract getPid(): number

  /** The exit code; negative for the signal that ended it; undefined while it runs. */
  abstract getReturncode(): number | undefined

  /** The transport of its standard input (0), output (1) or error output (2), if that is a pipe. */
  abstract getPipeTransport(fd: number): BaseTransport | undefined

  abstract sendSignal(signal: NodeJS.Signals | number): void
  abstract terminate(): void
  abstract kill(): void
}
