import assert from "node:assert/strict"
import { once } from "node:events"
import { Socket } from "node:net"
import * as asyncio from "asyncio-ts"
import { thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { connected, ended, inCallback, peer, portOf, real } from "./support/real.ts"

/** A protocol that writes down what it is told. */
class Recorder extends asyncio.Protocol {
  readonly log: string[] = []
  readonly made = new asyncio.Future<asyncio.Transport>()
  readonly lost = new asyncio.Future<unknown>()
  readonly ended = new asyncio.Event()
  #received = 0
  readonly #watched = new asyncio.Condition()
  override connectionMade(transport: asyncio.BaseTransport): void {
    this.log.push("made")
    this.made.setResult(transport as asyncio.Transport)
  }
  override dataReceived(data: Buffer): void {
    this.log.push(String(data))
    this.#received += data.length
    void asyncio.createTask(() => this.#watched.run(() => this.#watched.notifyAll()))
  }
  override eofReceived(): boolean | void {
    this.log.push("eof")
    this.ended.set()
  }
  override connectionLost(error: unknown): void {
    this.log.push("lost")
    this.lost.setResult([error])
  }
  override pauseWriting(): void {
    this.log.push("pause")
  }
  override resumeWriting(): void {
    this.log.push("resume")
  }
  async bytes(count: number): Promise<void> {
    await this.#watched.run(() => this.#watched.waitFor(() => this.#received >= count))
  }
}

/** A protocol of ours that is connected to a socket of Node's. */
async function meeting(
  body: (protocol: Recorder, transport: asyncio.Transport, far: Socket) => Promise<void>,
  Kind: new () => Recorder = Recorder,
): Promise<void> {
  const accepted = new asyncio.Future<Socket[]>()
  await peer(
    (socket) => accepted.setResult([socket]),
    async (port) => {
      const [transport, protocol] = await asyncio.getRunningLoop().createConnection(() => new Kind(), "127.0.0.1", port)
      const [far] = (await accepted) as [Socket]
      try {
        await body(protocol, transport, far)
      } finally {
        transport.abort()
      }
    },
  )
}

real("R163: the connection is made, data and the end come, and the loss is told once", async () => {
  await meeting(async (protocol, transport, far) => {
    assert.deepEqual(protocol.log, ["made"])
    far.write("hello")
    await protocol.bytes(5)
    far.end()
    assert.deepEqual(await protocol.lost, [null])
    assert.deepEqual(protocol.log, ["made", "hello", "eof", "lost"])
    transport.close()
    transport.abort()
    await ticks(5)
    assert.equal(protocol.log.length, 4)
  })
})

real("R163: nothing is read before connectionMade, nor while that has paused reading", async () => {
  class Late extends Recorder {
    override connectionMade(transport: asyncio.BaseTransport): void {
      ;(transport as asyncio.Transport).pauseReading()
      super.connectionMade(transport)
    }
  }
  await meeting(async (protocol, transport, far) => {
    assert.equal(transport.isReading(), false)
    await new Promise((resolve) => far.write("early", resolve))
    far.end()
    await asyncio.sleep(0.01)
    assert.deepEqual(protocol.log, ["made"])
    transport.resumeReading()
    assert.equal(transport.isReading(), true)
    await protocol.lost
    assert.deepEqual(protocol.log, ["made", "early", "eof", "lost"])
  }, Late)
})

real("R163: a true eofReceived keeps the connection for writing", async () => {
  class Kept extends Recorder {
    override eofReceived(): boolean {
      super.eofReceived()
      return true
    }
  }
  await meeting(async (protocol, transport, far) => {
    far.end()
    await protocol.ended.wait()
    assert.equal(transport.isClosing(), false)
    transport.write("answer")
    const [chunk] = (await once(far, "data")) as [Buffer]
    assert.equal(String(chunk), "answer")
    transport.close()
    await protocol.lost
  }, Kept)
})

real("pausing and resuming reading twice is as once, and does nothing when closed", async () => {
  await meeting(async (protocol, transport, far) => {
    transport.pauseReading()
    transport.pauseReading()
    far.write("abc")
    await asyncio.sleep(0.01)
    assert.deepEqual(protocol.log, ["made"])
    transport.resumeReading()
    transport.resumeReading()
    await protocol.bytes(3)
    transport.close()
    transport.pauseReading()
    transport.resumeReading()
    assert.equal(transport.isReading(), false)
    await protocol.lost
    assert.deepEqual(protocol.log, ["made", "abc", "lost"])
  })
})

real("after close nothing is heard but the loss, and what was written arrives", async () => {
  await meeting(async (protocol, transport, far) => {
    transport.write("last words")
    transport.close()
    assert.equal(transport.isClosing(), true)
    far.write("not heard")
    far.setEncoding("utf8")
    let got = ""
    far.on("data", (text: string) => (got += text))
    assert.deepEqual(await protocol.lost, [null])
    assert.deepEqual(protocol.log, ["made", "lost"])
    if (!far.destroyed && !far.readableEnded) await Promise.race([once(far, "end"), once(far, "close")])
    assert.equal(got, "last words")
  })
})

real("R160: pauseWriting is told at once above the mark, resumeWriting at the low one, in pairs", async () => {
  await meeting(async (protocol, transport, far) => {
    far.pause()
    transport.setWriteBufferLimits({ high: 1000, low: 10 })
    const told = (): string[] => protocol.log.filter((word) => word === "pause" || word === "resume")
    const piece = Buffer.alloc(4_000_000)
    transport.write(piece)
    assert.deepEqual(told(), ["pause"], "before write returned")
    transport.write(piece)
    assert.deepEqual(told(), ["pause"])
    far.resume()
    while (transport.getWriteBufferSize() > 10) await asyncio.sleep(0.001)
    await ticks(2)
    assert.deepEqual(told(), ["pause", "resume"])
    transport.write(Buffer.alloc(1000))
    assert.deepEqual(told(), ["pause", "resume"], "the mark itself is not above it")
  })
})

real("a high mark of zero pauses for whatever is buffered", async () => {
  await meeting(async (protocol, transport, far) => {
    far.pause()
    transport.setWriteBufferLimits({ high: 0 })
    transport.write(Buffer.alloc(8_000_000))
    assert.ok(protocol.log.includes("pause"))
    far.resume()
    while (!protocol.log.includes("resume")) await asyncio.sleep(0.001)
    assert.equal(transport.getWriteBufferSize(), 0)
  })
})

for (const name of ["dataReceived", "eofReceived"] as const) {
  real(`a ${name} that throws is reported as fatal and ends the connection with its error`, async (told) => {
    class Broken extends Recorder {}
    const boom = new Error("boom")
    Broken.prototype[name] = () => {
      throw boom
    }
    await meeting(async (protocol, _transport, far) => {
      far.end("x")
      assert.deepEqual(await protocol.lost, [boom])
      assert.equal(told.report(new RegExp(`Fatal error: protocol\\.${name}\\(\\) call failed`)).exception, boom)
    }, Broken)
  })
}

real("an OSError that a callback throws ends the connection without a report", async () => {
  class Broken extends Recorder {
    override dataReceived(): void {
      throw new asyncio.OSError("no room")
    }
  }
  await meeting(async (protocol, _transport, far) => {
    far.write("x")
    assert.match(String(await protocol.lost), /no room/)
  }, Broken)
})

for (const name of ["connectionMade", "connectionLost", "pauseWriting", "resumeWriting"] as const) {
  real(`a ${name} that throws is reported, and the connection goes on`, async (told) => {
    class Broken extends Recorder {}
    const boom = new Error("boom")
    Broken.prototype[name] = function (this: Broken, ...given: never[]) {
      const recorded: (...given: never[]) => void = Recorder.prototype[name]
      recorded.apply(this, given)
      throw boom
    }
    await meeting(async (protocol, transport, far) => {
      far.pause()
      transport.setWriteBufferLimits({ high: 0 })
      transport.write(Buffer.alloc(8_000_000))
      far.resume()
      while (!protocol.log.includes("resume")) await asyncio.sleep(0.001)
      far.write("still here")
      await protocol.bytes(10)
      transport.close()
      assert.deepEqual(await protocol.lost, [null])
      await ticks(2)
      const report = told.report(new RegExp(`^protocol\\.${name}\\(\\) call failed`))
      assert.equal(report.exception, boom)
    }, Broken)
  })
}

real("a BufferedProtocol is asked where the bytes go, piece by piece", async () => {
  const got: string[] = []
  const hints: number[] = []
  const over = new asyncio.Future<void>()
  class Small extends asyncio.BufferedProtocol {
    readonly #buffer = new Uint8Array(3)
    getBuffer(sizeHint: number): Uint8Array {
      hints.push(sizeHint)
      return this.#buffer
    }
    bufferUpdated(count: number): void {
      got.push(String(Buffer.from(this.#buffer.subarray(0, count))))
    }
    override connectionLost(): void {
      over.setResult()
    }
  }
  await peer((socket) => socket.end("abcdefgh"), async (port) => {
    await asyncio.getRunningLoop().createConnection(() => new Small(), "127.0.0.1", port)
    await over
  })
  assert.equal(got.join(""), "abcdefgh")
  assert.ok(got.every((piece) => piece.length <= 3))
  assert.ok(hints.every((hint) => hint > 0))
})

real("a BufferedProtocol that throws, or gives no room, ends the connection", async (told) => {
  const broken: [Partial<asyncio.BufferedProtocol>, RegExp][] = [
    [{ getBuffer: () => new Uint8Array(0) }, /returned no room for the data/],
    [{ getBuffer: () => undefined as never }, /returned no room for the data/],
    [{ getBuffer: () => assert.fail("get") }, /get/],
    [{ getBuffer: () => new Uint8Array(9), bufferUpdated: () => assert.fail("updated") }, /updated/],
  ]
  for (const [methods, message] of broken) {
    const lost = new asyncio.Future<unknown[]>()
    class Broken extends asyncio.BufferedProtocol {
      getBuffer(): Uint8Array {
        throw new Error("replaced")
      }
      bufferUpdated(): void {}
      override connectionLost(error: unknown): void {
        lost.setResult([error])
      }
    }
    Object.assign(Broken.prototype, methods)
    await peer((socket) => void socket.write("x"), async (port) => {
      await asyncio.getRunningLoop().createConnection(() => new Broken(), "127.0.0.1", port)
      assert.match(String((await lost)[0]), message)
    })
    told.report(/Fatal error: protocol\.dataReceived\(\) call failed/)
  }
})

real("setProtocol changes who is called, also from one kind to the other, and refuses what is no protocol", async () => {
  await meeting(async (protocol, transport, far) => {
    const got: string[] = []
    const over = new asyncio.Future<void>()
    class Other extends asyncio.BufferedProtocol {
      readonly #buffer = new Uint8Array(100)
      getBuffer(): Uint8Array {
        return this.#buffer
      }
      bufferUpdated(count: number): void {
        got.push(String(Buffer.from(this.#buffer.subarray(0, count))))
      }
      override connectionLost(): void {
        over.setResult()
      }
    }
    far.write("first")
    await protocol.bytes(5)
    const other = new Other()
    transport.setProtocol(other)
    assert.equal(transport.getProtocol(), other)
    far.end("second")
    await over
    assert.deepEqual(got, ["second"])
    assert.deepEqual(protocol.log, ["made", "first"])
    assert.match(thrownBy(() => transport.setProtocol({} as never)).message, /a protocol, such as/)
  })
})

real("a connection that is reset while its loop is busy is told of, and ends nothing else", async () => {
  await peer(
    (socket) => {
      socket.write("x")
      setImmediate(() => socket.resetAndDestroy())
    },
    async (port) => {
      const protocol = new Recorder()
      const task = asyncio.createTask(asyncio.getRunningLoop().createConnection(() => protocol, "127.0.0.1", port))
      // The host has its turn between these, and the task none until they are over.
      for (let i = 0; i < 30; i += 1) await new Promise(setImmediate)
      await thrown(asyncio.waitFor(task, 5).then((stream) => Promise.reject(stream)))
      if (task.exception() === undefined) await protocol.lost
    },
  )
})

real("a socket that has ended before it is adopted is at its end, and a closed one is refused", async () => {
  await peer((socket) => socket.end("bye"), async (port) => {
    const socket = await connected(port)
    await ended(socket)
    const [reader, writer] = await asyncio.openConnection(undefined, undefined, { sock: socket })
    assert.equal((await reader.read()).length, 0)
    writer.close()
    await writer.waitClosed()
    const error = await thrown(Promise.resolve().then(() => asyncio.openConnection(undefined, undefined, { sock: socket })))
    assert.match(String(error), /OSError: the socket that was given is closed; give one that is connected/)
    const open = await connected(port)
    const late = new Recorder()
    const opening = asyncio.getRunningLoop().createConnection(() => late, undefined, undefined, { sock: open })
    await new Promise((resolve) => open.once("close", resolve).destroy(new Error("broken meanwhile")))
    await opening
    assert.match(String(await asyncio.waitFor(late.lost, 5)), /broken meanwhile/)
    assert.deepEqual(late.log, ["made", "lost"])
    const idle = new Socket()
    assert.match(String(await thrown(Promise.resolve().then(() => asyncio.openConnection(undefined, undefined, { sock: idle })))), /is not connected yet/)
  })
})

real("what comes while the loop stands still is told when it runs again, in order", async () => {
  await peer((socket) => socket.end("late"), async (port) => {
    const protocol = new Recorder()
    const loop = new asyncio.EventLoop()
    await inCallback(async () => {
      await loop.runUntilComplete(loop.createConnection(() => protocol, "127.0.0.1", port))
      const before = [...protocol.log]
      for (let i = 0; i < 20; i += 1) await new Promise(setImmediate)
      assert.deepEqual(protocol.log, before, "nobody is called while the loop stands still")
      await loop.runUntilComplete(async () => {
        while (!protocol.log.includes("lost")) await asyncio.sleep(0.001)
      })
      assert.deepEqual(protocol.log, ["made", "late", "eof", "lost"])
      loop.close()
    })
  })
})

real("a reader that was ended by hand takes no more: the connection ends, and the process does not", async (told) => {
  await peer((socket) => void socket.on("data", () => socket.write("more")), async (port) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
    reader.feedEof()
    writer.write("go")
    await thrownAs(asyncio.RuntimeError, writer.waitClosed())
    told.report(/Fatal error: protocol\.dataReceived\(\) call failed/)
  })
})

real("a protocol whose factory forgets to return it is refused, and the connection closed", async (told) => {
  const loop = asyncio.getRunningLoop()
  await peer(() => undefined, async (port) => {
    await thrownAs(TypeError, loop.createConnection(() => undefined as never, "127.0.0.1", port))
  })
  const server = await loop.createServer(() => undefined as never, "127.0.0.1", 0)
  const socket = await connected(portOf(server))
  await ended(socket)
  socket.destroy()
  assert.match(String(told.report(/Error on the protocol factory of a server on 127\.0\.0\.1:0/).exception), /a protocol, such as/)
  server.close()
  await server.waitClosed()
})
