import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { closeSync, constants, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { after, describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { connectReadPipe, connectWritePipe } from "#src/io/connect-pipe.ts"
import { Protocol } from "#src/io/protocol.ts"
import { BrokenPipeError, OSError } from "#src/errors/os-errors.ts"
import { needs } from "../support/needs.ts"
import { until } from "./support/children.ts"

const skip = process.platform === "win32" ? "there are no FIFOs" : needs("mkfifo", "coreutils")
const folder = mkdtempSync(join(tmpdir(), "asyncio-test-"))
after(() => rmSync(folder, { recursive: true }))

let count = 0

/** A pipe with both ends in this process; neither end is ever without the other. */
function pipe(): { reading: number; writing: number } {
  const path = join(folder, `fifo-${(count += 1)}`)
  execFileSync("mkfifo", [path])
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writing = openSync(path, constants.O_WRONLY)
  return { reading, writing }
}

class Listener extends Protocol {
  readonly heard: string[] = []
  readonly over: asyncio.Future<unknown>

  constructor(loop: asyncio.EventLoop) {
    super()
    this.over = loop.createFuture()
  }
  override connectionMade(): void {
    this.heard.push("made")
  }
  override dataReceived(data: Buffer): void {
    this.heard.push(String(data))
  }
  override eofReceived(): void {
    this.heard.push("eof")
  }
  override connectionLost(error: unknown): void {
    this.heard.push("lost")
    this.over.setResult(error)
  }
  override pauseWriting(): void {
    this.heard.push("pause")
  }
  override resumeWriting(): void {
    this.heard.push("resume")
  }
}

describe("connectReadPipe", { skip }, () => {
  it("gives what comes through a file descriptor to the protocol, up to its end, and closes it", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const { reading, writing } = pipe()
      const [transport, protocol] = await connectReadPipe(loop, () => new Listener(loop), reading)
      assert.deepEqual(protocol.heard, ["made"])
      assert.match(String(transport), new RegExp(`^<ReadPipeTransport open to file descriptor ${reading}`))
      writeSync(writing, "tea")
      await until(() => protocol.heard.length === 2, "data")
      writeSync(writing, "milk")
      closeSync(writing)
      assert.equal(await protocol.over, null)
      assert.deepEqual(protocol.heard, ["made", "tea", "milk", "eof", "lost"])
      assert.throws(() => closeSync(reading), { code: "EBADF" })
      assert.ok(transport.isClosing())
      assert.equal(loop.resources.size, 0)
    })
  })

  it("takes one of Node's streams", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const stream = new PassThrough()
      const [transport, protocol] = await connectReadPipe(loop, () => new Listener(loop), stream)
      assert.equal(transport.getExtraInfo("pipe"), stream)
      stream.end("tea")
      await protocol.over
      assert.deepEqual(protocol.heard, ["made", "tea", "eof", "lost"])
    })
  })

  it("gives nothing while reading is paused, and nothing but the end once closed", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const { reading, writing } = pipe()
      const [transport, protocol] = await connectReadPipe(loop, () => new Listener(loop), reading)
      transport.pauseReading()
      transport.pauseReading()
      assert.ok(!transport.isReading())
      writeSync(writing, "tea")
      await asyncio.sleep(0.01)
      assert.deepEqual(protocol.heard, ["made"])
      transport.resumeReading()
      transport.resumeReading()
      await until(() => protocol.heard.length === 2, "data")
      writeSync(writing, "milk")
      transport.close()
      transport.close()
      transport.pauseReading()
      transport.resumeReading()
      assert.equal(await protocol.over, null)
      assert.deepEqual(protocol.heard, ["made", "tea", "lost"])
      closeSync(writing)
    })
  })

  it("tells of an error of the stream, with what it leads to", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const stream = new PassThrough()
      const [, protocol] = await connectReadPipe(loop, () => new Listener(loop), stream)
      stream.destroy(Object.assign(new Error("read EIO"), { code: "EIO", errno: -5, syscall: "read" }))
      const error = await protocol.over
      assert.ok(error instanceof OSError)
      assert.match(error.message, /^cannot read from a pipe: read EIO \(EIO\)$/)
      assert.deepEqual(protocol.heard, ["made", "lost"])
    })
  })

  it("refuses to be written to", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const [transport] = await connectReadPipe(loop, () => new Listener(loop), new PassThrough())
      assert.throws(() => (transport as unknown as { write(data: string): void }).write("tea"), { name: "RuntimeError", message: /this end of the pipe is for reading/ })
      transport.close()
    })
  })

  it("refuses what is no pipe", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const factory = (): Listener => new Listener(loop)
      const path = join(folder, "plain")
      writeFileSync(path, "tea")
      const fd = openSync(path, "r")
      await assert.rejects(connectReadPipe(loop, factory, fd), { name: "RangeError", message: /neither a pipe nor a socket nor a terminal/ })
      await assert.rejects(connectWritePipe(loop, factory, fd), RangeError)
      closeSync(fd)
      await assert.rejects(connectReadPipe(loop, factory, 987_654), (error) => error instanceof OSError && error.code === "EBADF" && /file descriptor 987654 as a pipe/.test(error.message))
      assert.throws(() => connectReadPipe(loop, factory, "stdin" as never), { name: "TypeError", message: /a stream that can be read from, or a file descriptor, but "stdin"/ })
      assert.throws(() => connectWritePipe(loop, factory, { on: () => undefined } as never), TypeError)
      assert.throws(() => connectReadPipe(loop, factory, -1), RangeError)
      assert.throws(() => connectReadPipe(loop, null as never, 0), TypeError)
      assert.equal(loop.resources.size, 0)
    })
  })
})

describe("a pipe that is forgotten", { skip }, () => {
  it("is closed with its loop, which in debug mode says so", async () => {
    const warnings: string[] = []
    const warned = ({ message }: Error): void => void (message.includes("still open") && warnings.push(message))
    process.on("warning", warned)
    const { reading, writing } = pipe()
    await asyncio.run(
      async () => {
        const loop = asyncio.getRunningLoop()
        await connectReadPipe(loop, () => new Listener(loop), reading)
        await connectWritePipe(loop, () => new Listener(loop), writing)
      },
      { debug: true },
    )
    const isClosed = (fd: number): boolean => {
      try {
        fstatSync(fd)
        return false
      } catch {
        return true
      }
    }
    await until(() => isClosed(reading) && isClosed(writing) && warnings.length > 1, "both ends are closed")
    process.off("warning", warned)
    assert.deepEqual(
      warnings.map((text) => text.replace(/ to file descriptor.*/, "")),
      ["<ReadPipeTransport open", "<WritePipeTransport open"],
    )
  })
})

describe("connectWritePipe", { skip }, () => {
  const received = (fd: number): string => {
    const buffer = Buffer.alloc(1000)
    try {
      return buffer.toString("utf8", 0, readSync(fd, buffer))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return ""
      throw error
    }
  }

  it("writes bytes and text into a file descriptor, and closes it after what is buffered", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const { reading, writing } = pipe()
      const [transport, protocol] = await connectWritePipe(loop, () => new Listener(loop), writing)
      transport.write(Buffer.from("tea "))
      transport.write("")
      transport.write("with milk")
      transport.close()
      assert.equal(await protocol.over, null)
      assert.equal(received(reading), "tea with milk")
      assert.equal(received(reading), "")
      assert.deepEqual(protocol.heard, ["made", "lost"])
      closeSync(reading)
    })
  })

  it("has one direction: the end of the output is its end", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const { reading, writing } = pipe()
      const [transport, protocol] = await connectWritePipe(loop, () => new Listener(loop), writing)
      assert.ok(transport.canWriteEof())
      transport.write("tea")
      transport.writeEof()
      await protocol.over
      assert.equal(received(reading), "tea")
      closeSync(reading)
    })
  })

  it("tells the protocol when the pipe is full and when it is not; abort drops what is buffered", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const { reading, writing } = pipe()
      const [transport, protocol] = await connectWritePipe(loop, () => new Listener(loop), writing)
      transport.write(Buffer.alloc(1_000_000))
      assert.deepEqual(protocol.heard, ["made", "pause"])
      for (const buffer = Buffer.alloc(65_536); !protocol.heard.includes("resume"); await asyncio.sleep(0)) {
        try {
          readSync(reading, buffer)
        } catch {
          // Empty for now.
        }
      }
      transport.write(Buffer.alloc(1_000_000))
      transport.abort()
      assert.equal(await protocol.over, null)
      closeSync(reading)
    })
  })

  it("tells that nobody reads any more", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const { reading, writing } = pipe()
      const [transport, protocol] = await connectWritePipe(loop, () => new Listener(loop), writing)
      closeSync(reading)
      transport.write("tea")
      const error = await protocol.over
      assert.ok(error instanceof BrokenPipeError)
      assert.match(error.message, new RegExp(`^cannot write to file descriptor ${writing}: the peer no longer reads`))
    })
  })

  it("takes one of Node's streams", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const stream = new PassThrough()
      const [transport, protocol] = await connectWritePipe(loop, () => new Listener(loop), stream)
      transport.write("tea")
      transport.close()
      assert.equal(await protocol.over, null)
      stream.resume()
    })
  })
})
