/**
 * A file into a transport, by copying: Node has no way to the system call.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sendfile
 */
import { read } from "node:fs"
import type { FileHandle } from "node:fs/promises"
import { checkInteger, describe } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { osError } from "../errors/os-errors.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation, type HostOperation } from "../core/host-operation.ts"
import { AsyncFile } from "./files/async-file.ts"
import { FlowControl, drained } from "./flow-control.ts"
import type { BaseProtocol } from "./base-transport.ts"
import { giveData } from "./protocol.ts"
import { StreamTransport } from "./stream-transport.ts"
import { Transport } from "./transport.ts"

const CHUNK = 256 * 1024

/** How a file is sent. */
export interface SendfileOptions {
  /** False insists on the system call, which no Node has. */
  readonly fallback?: boolean | undefined
}

/** What can be sent: a file of `files.open`, one of `node:fs/promises`, or a descriptor. */
export type SendableFile = AsyncFile | Pick<FileHandle, "fd"> | number

/** Sends `count` bytes of `file` from `offset` on, or all that follow; gives how many there were. */
export function sendfile(
  transport: Transport,
  file: SendableFile,
  offset = 0,
  count: number | null = null,
  { fallback = true }: SendfileOptions = {},
): Coroutine<number> {
  if (!(transport instanceof Transport)) throw new TypeError(`sendfile takes a Transport to write to, not ${describe(transport)}`)
  checkInteger(offset, "the offset of sendfile", 0)
  checkFile(file)
  if (count !== null) checkInteger(count, "the count of sendfile", 1)
  if (!fallback) throw new RuntimeError("this host has no sendfile system call; leave { fallback: false } out to have the file copied")
  return new BodyCoroutine("sendfile", async () => {
    if (transport.isClosing()) throw new RuntimeError("cannot send a file: the transport is closing")
    // The protocol is paused once, as a whole, and hears nothing of the pauses in between.
    const protocol = transport.getProtocol()
    const flow = new Borrowed(protocol)
    if (transport instanceof StreamTransport && transport.writingPaused) flow.pauseWriting()
    else protocol.pauseWriting()
    transport.setProtocol(flow)
    try {
      return await copy(transport, flow, file, offset, count ?? Infinity)
    } finally {
      transport.setProtocol(protocol)
      // Else the transport tells it, once what is buffered has gone.
      if (!flow.writingPaused && !transport.isClosing()) protocol.resumeWriting()
    }
  })
}

function checkFile(file: unknown): void {
  if (file instanceof AsyncFile) return
  const fd: unknown = typeof file === "object" && file !== null ? (file as { fd?: unknown }).fd : file // to be looked at
  if (Number.isInteger(fd) && (fd as number) >= 0) return // an integer is a number
  throw new TypeError(`sendfile takes a file of files.open, one of node:fs/promises that is open, or a descriptor, not ${describe(file)}`)
}

async function copy(transport: Transport, flow: FlowControl, file: SendableFile, offset: number, count: number): Promise<number> {
  let sent = 0
  while (sent < count) {
    const chunk = await readAt(file, Math.min(CHUNK, count - sent), offset + sent)
    if (chunk.length === 0) break
    transport.write(chunk)
    sent += chunk.length
    await flow[drained](transport, null)
  }
  return sent
}

function readAt(file: SendableFile, length: number, position: number): HostOperation<Buffer> {
  return hostOperation<Buffer>({
    name: "sendfile",
    says: () => "a file to be sent, reading",
    start(done) {
      const fd = typeof file === "number" ? file : file instanceof AsyncFile ? file.fileno() : file.fd
      read(fd, Buffer.allocUnsafe(length), 0, length, position, (error, bytes, buffer) => {
        if (error === null) done.returned(buffer.subarray(0, bytes))
        else done.failed(osError(error, "cannot read the file to be sent"))
      })
    },
  })
}

/** Stands in for a protocol while a file is sent: its writing is ours, all else its own. */
class Borrowed extends FlowControl {
  readonly #protocol: BaseProtocol & { eofReceived?(): boolean | void }

  constructor(protocol: BaseProtocol) {
    super()
    this.#protocol = protocol
  }

  override dataReceived(data: Buffer): void {
    const protocol = this.#protocol
    // Where nothing is read it has neither.
    if ("dataReceived" in protocol || "getBuffer" in protocol) giveData(protocol, data)
  }

  override eofReceived(): boolean | void {
    return this.#protocol.eofReceived?.()
  }

  override connectionLost(error: unknown): void {
    super.connectionLost(error)
    this.#protocol.connectionLost(error)
  }
}
