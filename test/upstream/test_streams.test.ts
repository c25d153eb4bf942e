/** What CPython's tests of streams, transports and TLS expect and no other test of ours holds. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { certificates } from "../support/certificates.ts"
import { thrownAs, ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"
import { peer, portOf, real, serving, streamPair } from "../io/support/real.ts"

const { ca, server } = certificates()
const ssl = { cert: server.cert, key: server.key }

// CPython: test_feed_empty_data, test_feed_nonempty_data, test_readuntil_bytearray
virtual("what is fed is buffered, also nothing and also arrays that are no Buffers", async () => {
  const reader = new asyncio.StreamReader()
  reader.feedData(Buffer.alloc(0))
  assert.equal(String(reader), "<StreamReader 0 bytes>")
  reader.feedData(new Uint8Array([104, 105, 0, 33]))
  const got = await reader.readUntil(new Uint8Array([0]))
  assert.ok(Buffer.isBuffer(got))
  assert.equal(String(got), "hi\0")
  assert.equal(String(await reader.read(5)), "!")
})

// CPython: test_read_line_breaks, test_readline_read_byte_count
virtual("reads of lines and of numbers share one buffer, over the ends of what was fed", async () => {
  const reader = new asyncio.StreamReader()
  reader.feedData(Buffer.from("line1\nli"))
  reader.feedData(Buffer.from("ne2\nline3\n"))
  assert.equal(String(await reader.read(5)), "line1")
  assert.equal(String(await reader.readLine()), "\n")
  assert.equal(String(await reader.readLine()), "line2\n")
  assert.equal(String(await reader.read(3)), "lin")
  assert.equal(String(await reader.readExactly(3)), "e3\n")
})

// CPython: test_readuntil_multi_separator_negative_offset
virtual("several separators, the longest of which is longer than what has come, are looked for from the beginning", async () => {
  const reader = new asyncio.StreamReader({ limit: 3 })
  reader.feedData(Buffer.from("da"))
  const until = asyncio.createTask(reader.readUntil(["A", "long separator"]))
  await ticks(2)
  reader.feedData(Buffer.from("tA"))
  assert.equal(String(await until), "datA")
  reader.feedData(Buffer.from("some data-*"))
  const error = await thrownAs(asyncio.LimitOverrunError, reader.readUntil(["*", "-"]))
  assert.equal(error.consumed, 9)
})

// CPython: test_wait_closed_on_close_with_unread_data
real("closing a connection of which something was not read ends it", async () => {
  await peer(
    (socket) => socket.write("two\nlines\n"),
    async (port) => {
      const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
      assert.equal(String(await reader.readLine()), "two\n")
      writer.close()
      await writer.waitClosed()
    },
  )
})

// CPython: test_remote_shutdown_receives_trailing_data, test_remote_shutdown_receives_trailing_data_on_slow_socket
real("what was sent before the end of a TLS connection arrives, also at a slow reader", async () => {
  const size = 2_000_000
  await serving(
    async (_reader, writer) => {
      writer.write(Buffer.alloc(size, 97))
      writer.close()
    },
    async (port) => {
      const [reader, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: { ca: ca.cert }, limit: 2000 })
      let got = 0
      for (let i = 0; !reader.atEof(); i += 1) {
        if (i % 20 === 0) await asyncio.sleep(0.001)
        got += (await reader.read(100_000)).length
      }
      assert.equal(got, size)
      writer.close()
      await writer.waitClosed()
    },
    { ssl },
  )
})

// CPython: test_start_tls_client_buf_proto_1
real("a BufferedProtocol goes on through startTls", async () => {
  const loop = asyncio.getRunningLoop()
  class Collecting extends asyncio.BufferedProtocol {
    readonly #buffer = new Uint8Array(4)
    text = ""
    readonly over = new asyncio.Event()
    getBuffer(): Uint8Array {
      return this.#buffer
    }
    bufferUpdated(count: number): void {
      this.text += String(Buffer.from(this.#buffer.subarray(0, count)))
    }
    override connectionLost(): void {
      this.over.set()
    }
  }
  const ready = new asyncio.Event()
  await serving(
    async (_reader, writer) => {
      writer.write("clear ")
      await ready.wait()
      await writer.startTls(ssl)
      writer.write("and secret")
      writer.close()
    },
    async (port) => {
      const [transport, protocol] = await loop.createConnection(() => new Collecting(), "127.0.0.1", port)
      while (protocol.text !== "clear ") await asyncio.sleep(0.001)
      ready.set()
      await loop.startTls(transport, protocol, { ca: ca.cert }, { serverHostname: "localhost" })
      await protocol.over.wait()
      assert.equal(protocol.text, "clear and secret")
    },
  )
})

// CPython: the tests of test_protocols.py
test("the callbacks of a protocol do nothing of themselves, so that one writes only those one needs", () => {
  class Buffered extends asyncio.BufferedProtocol {
    getBuffer(): Uint8Array {
      return new Uint8Array(1)
    }
    bufferUpdated(): void {}
  }
  const transport = Object.create(asyncio.Transport.prototype) as asyncio.Transport
  const both = (protocol: asyncio.BaseProtocol): void => {
    assert.equal(protocol.connectionMade(transport), undefined)
    assert.equal(protocol.pauseWriting(), undefined)
    assert.equal(protocol.resumeWriting(), undefined)
    assert.equal(protocol.connectionLost(null), undefined)
  }
  const [plain, datagrams, child, buffered] = [new asyncio.Protocol(), new asyncio.DatagramProtocol(), new asyncio.SubprocessProtocol(), new Buffered()]
  for (const protocol of [plain, datagrams, child, buffered]) both(protocol)
  assert.equal(plain.dataReceived(Buffer.alloc(1)), undefined)
  assert.equal(plain.eofReceived(), undefined)
  assert.equal(buffered.eofReceived(), undefined)
  assert.equal(datagrams.datagramReceived(Buffer.alloc(1), "peer"), undefined)
  assert.equal(datagrams.errorReceived(new Error("x")), undefined)
  assert.equal(child.pipeDataReceived(1, Buffer.alloc(1)), undefined)
  assert.equal(child.pipeConnectionLost(1, null), undefined)
  assert.equal(child.processExited(), undefined)
})

// CPython: test_pep492.py, StreamReaderTests
virtual("a reader is iterated with for await, line by line", async () => {
  const reader = new asyncio.StreamReader()
  reader.feedData(Buffer.from("line1\nline2\nline3"))
  reader.feedEof()
  const lines: string[] = []
  for await (const line of reader) lines.push(String(line))
  assert.deepEqual(lines, ["line1\n", "line2\n", "line3"])
})

// CPython: test_close_running_event_loop and the like look at one server; portOf is what ours are asked for
real("a server that was closed can be followed by another on its port at once", async () => {
  const first = await asyncio.startServer((_reader, writer) => writer.close(), "127.0.0.1", 0)
  const port = portOf(first)
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
  assert.equal((await reader.read()).length, 0)
  writer.close()
  first.close()
  await first.waitClosed()
  const second = await asyncio.startServer((_reader, other) => other.close(), "127.0.0.1", port)
  second.close()
  await second.waitClosed()
})

// CPython: test_set_nodelay
real("small pieces are sent at once: a dialogue of many turns takes no time to speak of", async () => {
  await streamPair(async ([reader, writer], [farReader, farWriter]) => {
    const turns: number[] = []
    for (let i = 0; i < 20; i += 1) {
      const before = performance.now()
      writer.write("a")
      writer.write("b\n")
      await farReader.readLine()
      farWriter.write("c")
      farWriter.write("d\n")
      await reader.readLine()
      turns.push(performance.now() - before)
    }
    // The acknowledgement that a delayed second piece would wait for comes after 40 ms; of the last
    // turns each would have to wait, and none of them has a machine that was busy just then.
    assert.ok(Math.min(...turns.slice(10)) < 40, turns.map(Math.round).join())
  })
})
