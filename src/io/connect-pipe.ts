/**
 * Pipes, terminals and FIFOs as transports.
 */
import { fstatSync } from "node:fs"
import { Socket } from "node:net"
import type { Readable, Writable } from "node:stream"
import { isatty, ReadStream, WriteStream } from "node:tty"
import { checkFunction, checkInteger, describe } from "../structures/arguments.ts"
import { osError } from "../errors/os-errors.ts"
import { atRoot } from "../host/node.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { CallbackContext } from "../core/callback-context.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { BaseProtocol } from "./base-transport.ts"
import { ReadPipeTransport, WritePipeTransport } from "./pipe-transport.ts"
import { begin } from "./stream-transport.ts"
import type { ReadTransport, WriteTransport } from "./transport.ts"

/**
 * For `loop.connectReadPipe`: gives what comes through `pipe` to a protocol.
 *
 * @param pipe - one of Node's readable streams, such as `process.stdin`, or a file descriptor
 * of a pipe, a socket or a terminal; the transport closes it
 * @throws TypeError for what is none of these; RangeError for the descriptor of a regular
 * file, which is never waited for; OSError for one that is not open.
 */
export function connectReadPipe<P extends BaseProtocol>(
  loop: EventLoop,
  protocolFactory: () => P,
  pipe: Readable | NodeJS.ReadableStream | number,
): Coroutine<[transport: ReadTransport, protocol: P]> {
  checkFunction(protocolFactory, "the protocol factory of connectReadPipe")
  const source = typeof pipe === "number" ? pipe : (checkStream(pipe, "connectReadPipe", "read from", "read") as Readable)
  if (typeof source === "number") checkInteger(source, "the file descriptor of connectReadPipe", 0)
  return new BodyCoroutine("connectReadPipe", async () => {
    const stream = typeof source === "number" ? (open(source, true) as Readable) : source // opened for reading
    const protocol = protocolFactory()
    const transport = new ReadPipeTransport(loop, stream, protocol, { calls: new CallbackContext(loop), what: nameOf(pipe) })
    transport[begin]()
    return [transport, protocol]
  })
}

/**
 * For `loop.connectWritePipe`: writes what a protocol gives into `pipe`.
 *
 * @param pipe - one of Node's writable streams, such as `process.stdout`, or a file descriptor
 * of a pipe, a socket or a terminal; the transport closes it
 * @throws as `connectReadPipe`.
 */
export function connectWritePipe<P extends BaseProtocol>(
  loop: EventLoop,
  protocolFactory: () => P,
  pipe: Writable | NodeJS.WritableStream | number,
): Coroutine<[transport: WriteTransport, protocol: P]> {
  checkFunction(protocolFactory, "the protocol factory of connectWritePipe")
  const target = typeof pipe === "number" ? pipe : (checkStream(pipe, "connectWritePipe", "written to", "write") as Writable)
  if (typeof target === "number") checkInteger(target, "the file descriptor of connectWritePipe", 0)
  return new BodyCoroutine("connectWritePipe", async () => {
    const stream = typeof target === "number" ? (open(target, false) as Writable) : target // opened for writing
    const protocol = protocolFactory()
    const transport = new WritePipeTransport(loop, stream, protocol, { calls: new CallbackContext(loop), what: nameOf(pipe) })
    transport[begin]()
    return [transport, protocol]
  })
}

/** A stream of the host's that has this method; the older interfaces of Node's types are met by the classes. */
function checkStream(value: object, what: string, used: string, method: string): object {
  if (typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[method] === "function" && "on" in value) return value
  throw new TypeError(`the pipe of ${what} is a stream that can be ${used}, or a file descriptor, but ${describe(value)} was given`)
}

function open(fd: number, forReading: boolean): Readable | Writable {
  const attempt = `cannot use the file descriptor ${fd} as a pipe`
  try {
    if (isatty(fd)) return atRoot(() => (forReading ? new ReadStream(fd) : new WriteStream(fd)))
    const stat = fstatSync(fd)
    if (!stat.isFIFO() && !stat.isSocket()) {
      throw new RangeError(`${attempt}: it is neither a pipe nor a socket nor a terminal; read and write files with fs`)
    }
    return atRoot(() => new Socket({ fd, readable: forReading, writable: !forReading }))
  } catch (error) {
    throw osError(error, attempt)
  }
}

function nameOf(pipe: object | number): string {
  if (typeof pipe === "number") return `file descriptor ${pipe}`
  if (pipe === process.stdin) return "the standard input"
  if (pipe === process.stdout) return "the standard output"
  if (pipe === process.stderr) return "the error output"
  return "a pipe"
}
