import assert from "node:assert/strict"
import { createServer as createNetServer, type Socket } from "node:net"
import { test } from "node:test"
import { join } from "node:path"
import { createServer as createTlsServer, type TLSSocket } from "node:tls"
import * as asyncio from "asyncio-ts"
import { certificates } from "../support/certificates.ts"
import { fate, thrown, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { connected, ended, folder, inCallback, listening, peer, portOf, real, serving, streamPair } from "./support/real.ts"

const { ca, server, client, expired, wrongHost, selfSigned } = certificates()
const ssl = { cert: server.cert, key: server.key }
const trusting = { ca: ca.cert }

const echo: asyncio.ClientConnected = async (reader, writer) => {
  for await (const line of reader) writer.write(line)
  writer.close()
}

real("streams speak through TLS, and tell what was agreed on", async () => {
  await serving(echo, async (port) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: trusting })
    writer.write("tea\n")
    assert.equal(String(await reader.readLine()), "tea\n")
    assert.equal(writer.getExtraInfo("peercert")?.subject.CN, "localhost")
    assert.match(String(writer.getExtraInfo("cipher")?.version), /^TLSv1/)
    assert.ok(writer.getExtraInfo("sslcontext") !== undefined)
    assert.ok(writer.getExtraInfo("sslObject") !== undefined)
    assert.equal(writer.getExtraInfo("alpn"), undefined)
    assert.equal(writer.canWriteEof(), false)
    assert.match(thrownBy(() => writer.writeEof()).message, /TLS connection cannot be closed on one side; ask canWriteEof/)
    writer.close()
    await writer.waitClosed()
    assert.equal(writer.getExtraInfo("cipher", "none"), "none")
  }, { ssl })
})

real("much is sent both ways through TLS, and close sends it all", async () => {
  const size = 3_000_000
  await serving(async (reader, writer) => {
    const got = await reader.readExactly(size)
    writer.write(got)
    writer.close()
    await writer.waitClosed()
  }, async (port) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: trusting })
    writer.write(Buffer.alloc(size, 97))
    await writer.drain()
    assert.equal((await reader.read()).length, size)
    writer.close()
    await writer.waitClosed()
  }, { ssl })
})

const untrusted: [string, { cert: string; key: string }, string][] = [
  ["has expired", expired, "CERT_HAS_EXPIRED"],
  ["is another host's", wrongHost, "ERR_TLS_CERT_ALTNAME_INVALID"],
  ["is signed by itself", selfSigned, "DEPTH_ZERO_SELF_SIGNED_CERT"],
]
for (const [what, { cert, key }, code] of untrusted) {
  real(`a certificate that ${what} is refused, with host and port, and nothing stays open`, async () => {
    await serving(echo, async (port) => {
      const error = await thrownAs(asyncio.SSLCertVerificationError, asyncio.openConnection("localhost", port, { ssl: trusting }))
      assert.match(error.message, new RegExp(`cannot agree on TLS with localhost:${port}`))
      assert.equal(error.code, code)
    }, { ssl: { cert, key } })
  })
}

real("without the authority the certificate is refused; rejectUnauthorized: false takes it", async () => {
  await serving(echo, async (port) => {
    await thrownAs(asyncio.SSLCertVerificationError, asyncio.openConnection("127.0.0.1", port, { ssl: true }))
    const [, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: { rejectUnauthorized: false } })
    writer.close()
    await writer.waitClosed()
  }, { ssl })
})

real("serverHostname says whose certificate is expected, and an empty one that the name is not checked", async () => {
  await serving(echo, async (port) => {
    await thrownAs(asyncio.SSLCertVerificationError, asyncio.openConnection("127.0.0.1", port, { ssl: trusting }))
    for (const serverHostname of ["other.example", ""]) {
      const [, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: trusting, serverHostname })
      writer.close()
      await writer.waitClosed()
    }
    await thrownAs(asyncio.SSLCertVerificationError, asyncio.openConnection("127.0.0.1", port, { ssl: {}, serverHostname: "" }))
  }, { ssl: { cert: wrongHost.cert, key: wrongHost.key } })
})

real("a server that asks for it is shown the client's certificate, and sends those away who have none", async () => {
  const seen: unknown[] = []
  await serving(async (reader, writer) => {
    seen.push(writer.getExtraInfo("peercert")?.subject.CN)
    await echo(reader, writer)
  }, async (port) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: { ...trusting, cert: client.cert, key: client.key } })
    writer.write("x\n")
    await reader.readLine()
    assert.deepEqual(seen, ["test client"])
    writer.close()
    await writer.waitClosed()
    const refused = await thrown((async () => {
      const [other, otherWriter] = await asyncio.openConnection("127.0.0.1", port, { ssl: trusting })
      try {
        await other.read()
        return "closed"
      } finally {
        otherWriter.transport.abort()
      }
    })().then((word) => Promise.reject(new Error(word))))
    assert.ok(refused instanceof asyncio.OSError || String(refused) === "Error: closed", String(refused))
    assert.equal(seen.length, 1)
  }, { ssl: { ...ssl, ...trusting, requestCert: true, rejectUnauthorized: true } })
})

real("the two sides agree on a protocol (ALPN)", async () => {
  const agreed: unknown[] = []
  await serving(async (reader, writer) => {
    agreed.push(writer.getExtraInfo("alpn"))
    await echo(reader, writer)
  }, async (port) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: { ...trusting, ALPNProtocols: ["tea", "coffee"] } })
    writer.write("x\n")
    await reader.readLine()
    assert.deepEqual([writer.getExtraInfo("alpn"), ...agreed], ["coffee", "coffee"])
    writer.close()
    await writer.waitClosed()
  }, { ssl: { ...ssl, ALPNProtocols: ["coffee"] } })
})

real("TLS over a Unix socket", async () => {
  const path = join(folder(), "tls")
  const listener = await asyncio.startUnixServer(echo, path, { ssl })
  assert.match(thrownBy(() => asyncio.openUnixConnection(path, { ssl: trusting })).message, /needs serverHostname/)
  const [reader, writer] = await asyncio.openUnixConnection(path, { ssl: trusting, serverHostname: "localhost" })
  writer.write("tea\n")
  assert.equal(String(await reader.readLine()), "tea\n")
  writer.close()
  await writer.waitClosed()
  listener.close()
  await listener.waitClosed()
})

real("a peer that speaks no TLS, hangs up or resets is told as what it is", async () => {
  const rude: [(socket: Socket) => void, new (...given: never[]) => asyncio.OSError][] = [
    [(socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"), asyncio.SSLError],
    [(socket) => socket.end(), asyncio.ConnectionResetError],
    [(socket) => void socket.once("data", () => socket.resetAndDestroy()), asyncio.ConnectionResetError],
    [(socket) => void socket.once("data", () => socket.destroy()), asyncio.ConnectionResetError],
  ]
  for (const [accepted, kind] of rude) {
    await peer(accepted, async (port) => {
      const error = await thrownAs(kind, asyncio.openConnection("127.0.0.1", port, { ssl: trusting }))
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`))
    })
  }
})

real("a handshake that takes too long ends on time, as does one that is cancelled", async () => {
  let open = 0
  const watched = (socket: Socket): void => {
    open += 1
    socket.resume().on("end", () => socket.destroy()).on("close", () => (open -= 1))
  }
  await peer(watched, async (port) => {
    const error = await thrownAs(asyncio.ConnectionAbortedError, asyncio.openConnection("127.0.0.1", port, { ssl: trusting, sslHandshakeTimeout: 0.02 }))
    assert.match(error.message, new RegExp(`cannot agree on TLS with 127\\.0\\.0\\.1:${port}: the handshake took longer than 0\\.02 s`))
    for (let patience = 0; patience < 6; patience += 1) {
      const task = asyncio.createTask(asyncio.openConnection("127.0.0.1", port, { ssl: trusting }))
      for (let i = 0; i < patience * 2; i += 1) await new Promise(setImmediate)
      task.cancel()
      await thrownAs(asyncio.CancelledError, task)
    }
    while (open > 0) await asyncio.sleep(0.001)
  })
})

real("a client that never begins, or fails the handshake, is sent away without a report, and in debug mode with one", async (told) => {
  const loop = asyncio.getRunningLoop()
  await serving(echo, async (port) => {
    for (const debug of [false, true]) {
      loop.setDebug(debug)
      const slow = await connected(port)
      await ended(slow)
      slow.destroy()
      const bad = await connected(port)
      bad.write("this is no TLS\r\n\r\n")
      await ended(bad).catch(() => undefined)
      bad.destroy()
    }
    loop.setDebug(false)
    while (told.reports.length < 2) await asyncio.sleep(0.001)
    assert.equal(told.reports.splice(0).filter(({ message }) => /a client could not agree on TLS with the server on 127\.0\.0\.1:0/.test(message)).length, 2)
  }, { ssl, sslHandshakeTimeout: 0.03 })
})

real("closing a server ends handshakes that are on their way", async () => {
  const listener = await asyncio.startServer(echo, "127.0.0.1", 0, { ssl })
  const socket = await connected(portOf(listener))
  await asyncio.sleep(0.005)
  listener.close()
  await listener.waitClosed()
  await ended(socket).catch(() => undefined)
  socket.destroy()
})

real("closing that takes too long is broken off, and waitClosed says so", async () => {
  const listener = createTlsServer({ ...ssl, allowHalfOpen: true } as never)
  const sockets: TLSSocket[] = []
  listener.on("secureConnection", (socket) => sockets.push(socket.on("error", () => undefined).pause()))
  const port = await listening(listener)
  const [, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: trusting, sslShutdownTimeout: 0.03 })
  writer.write(Buffer.alloc(20_000_000))
  writer.close()
  const error = await thrownAs(asyncio.SSLError, writer.waitClosed())
  assert.match(error.message, /closing the TLS connection to 127\.0\.0\.1:\d+ took longer than 0\.03 s/)
  for (const socket of sockets) socket.destroy()
  listener.close()
})

real("startTls puts TLS over a connection in use, on both sides, and what was sent before is not lost", async () => {
  await streamPair(async ([reader, writer], [farReader, farWriter]) => {
    writer.write("starttls\n")
    assert.equal(String(await farReader.readLine()), "starttls\n")
    farWriter.write("go ahead\n")
    assert.equal(String(await reader.readLine()), "go ahead\n")
    const before = writer.transport
    await asyncio.gather([writer.startTls(trusting, { serverHostname: "localhost" }), farWriter.startTls(ssl)])
    assert.notEqual(writer.transport, before)
    assert.equal(before.isClosing(), true)
    for (const [from, to] of [[writer, farReader], [farWriter, reader]] as const) {
      from.write("secret\n")
      assert.equal(String(await to.readLine()), "secret\n")
      assert.match(String(from.getExtraInfo("cipher")?.version), /^TLS/)
    }
    writer.close()
    assert.equal((await farReader.read()).length, 0)
    farWriter.close()
    await asyncio.gather([writer.waitClosed(), farWriter.waitClosed()])
  })
})

real("startTls gives TLS what the reader had buffered already", async () => {
  await streamPair(async ([, writer], [farReader, farWriter]) => {
    // The client does not wait for the answer: its first words of TLS come right behind the line.
    writer.write("starttls\n")
    const upgrading = asyncio.createTask(writer.startTls(trusting, { serverHostname: "localhost" }))
    assert.equal(String(await farReader.readLine()), "starttls\n")
    while (!/[1-9]\d* bytes/.test(String(farReader))) await asyncio.sleep(0.001)
    await farWriter.startTls(ssl)
    await upgrading
    writer.write("secret\n")
    assert.equal(String(await farReader.readLine()), "secret\n")
  })
})

real("startTls sends first what is still to be sent in the clear", async () => {
  await streamPair(async ([, writer], [farReader, farWriter]) => {
    writer.transport.setWriteBufferLimits({ high: 100_000_000 })
    writer.write(Buffer.alloc(6_000_000, 97))
    for (let i = 0; i < 10; i += 1) writer.write(Buffer.alloc(1000, 98))
    const upgrading = asyncio.createTask(writer.startTls(trusting, { serverHostname: "localhost" }))
    const plain = await farReader.readExactly(6_010_000)
    assert.equal(plain.subarray(6_000_000).every((byte) => byte === 98), true)
    await farWriter.startTls(ssl)
    await upgrading
    writer.write("secret\n")
    assert.equal(String(await farReader.readLine()), "secret\n")
  })
})

real("startTls that fails or is cancelled closes the connection, and everybody hears of it", async () => {
  await streamPair(async ([reader, writer], [farReader, farWriter]) => {
    const reading = asyncio.createTask(reader.readLine())
    const upgrading = asyncio.createTask(writer.startTls(trusting, { serverHostname: "other.example" }))
    const far = asyncio.createTask(farWriter.startTls(ssl))
    const error = await thrownAs(asyncio.SSLCertVerificationError, upgrading)
    assert.equal(await thrown(reading), error)
    assert.equal(await thrown(writer.waitClosed()), error)
    await thrown(far.then(() => farReader.read()).then(() => Promise.reject(new Error("closed"))))
  })
  await streamPair(async ([reader, writer]) => {
    const upgrading = asyncio.createTask(writer.startTls(trusting, { serverHostname: "localhost" }))
    await asyncio.sleep(0.005)
    upgrading.cancel()
    await thrownAs(asyncio.CancelledError, upgrading)
    assert.match(String(await thrown(reader.readLine())), /was given up while TLS was put over it/)
  })
  await streamPair(async ([, writer]) => {
    const late = await thrownAs(asyncio.ConnectionAbortedError, writer.startTls(trusting, { serverHostname: "localhost", sslHandshakeTimeout: 0.01 }))
    assert.match(late.message, /longer than 0\.01 s/)
    await thrownAs(asyncio.ConnectionAbortedError, writer.waitClosed())
  })
})

real("a server waits for a connection that is just put under TLS", async () => {
  const accepted = new asyncio.Future<asyncio.Stream[]>()
  const listener = await asyncio.startServer(async (reader, writer) => {
    accepted.setResult([[reader, writer]])
    await writer.startTls(ssl)
    await echo(reader, writer)
  }, "127.0.0.1", 0)
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", portOf(listener))
  await accepted
  await asyncio.sleep(0.005)
  listener.close()
  const waiting = asyncio.createTask(listener.waitClosed())
  await asyncio.sleep(0.005)
  assert.deepEqual([fate(waiting), listener.connections], ["pending", 1])
  await writer.startTls(trusting, { serverHostname: "localhost" })
  writer.write("tea\n")
  assert.equal(String(await reader.readLine()), "tea\n")
  assert.equal(listener.connections, 1)
  writer.close()
  await waiting
})

real("startTls is refused on TLS, on what is closed, and for options that make no sense", async () => {
  await streamPair(async ([, writer]) => {
    assert.match(thrownBy(() => writer.startTls(false as never)).message, /startTls needs ssl: true/)
    assert.match(thrownBy(() => writer.startTls(trusting, { sslHandshakeTimeout: 0 })).message, /sslHandshakeTimeout must be above 0/)
    assert.match(thrownBy(() => asyncio.getRunningLoop().startTls(writer.transport, {} as never, trusting)).message, /a protocol, such as/)
    assert.equal(writer.isClosing(), false)
    writer.close()
    await thrownAs(asyncio.ConnectionResetError, writer.startTls(trusting))
  })
  await serving(echo, async (port) => {
    const [, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: trusting })
    assert.match((await thrownAs(TypeError, writer.startTls(trusting))).message, /once, not over TLS/)
    writer.close()
    await writer.waitClosed()
  }, { ssl })
})

real("loop.startTls gives the protocol another transport, without a second connectionMade", async () => {
  const loop = asyncio.getRunningLoop()
  class Noting extends asyncio.Protocol {
    made = 0
    text = ""
    readonly over = new asyncio.Event()
    override connectionMade(): void {
      this.made += 1
    }
    override dataReceived(data: Buffer): void {
      this.text += String(data)
    }
    override connectionLost(): void {
      this.over.set()
    }
  }
  await serving(async (_reader, writer) => {
    await writer.startTls(ssl)
    writer.write("secret")
    writer.close()
  }, async (port) => {
    const [transport, protocol] = await loop.createConnection(() => new Noting(), "127.0.0.1", port)
    const upgraded = await loop.startTls(transport, protocol, trusting, { serverHostname: "localhost" })
    await protocol.over.wait()
    assert.deepEqual([protocol.made, protocol.text, upgraded.isClosing()], [1, "secret", true])
    await thrownAs(TypeError, loop.startTls({} as never, protocol, trusting))
  })
})

real("connectAcceptedSocket takes what another server of Node's accepted, with TLS or without", async () => {
  const loop = asyncio.getRunningLoop()
  for (const tls of [undefined, ssl]) {
    const accepted = new asyncio.Future<Socket[]>()
    const listener = createNetServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => accepted.setResult([socket]))
    const port = await listening(listener)
    const opening = asyncio.createTask(asyncio.openConnection("127.0.0.1", port, tls === undefined ? {} : { ssl: trusting }))
    const [socket] = (await accepted) as [Socket]
    const made = new asyncio.StreamReader()
    const [transport] = await loop.connectAcceptedSocket(() => new asyncio.StreamReaderProtocol(made, null, loop), socket, tls === undefined ? {} : { ssl: tls })
    const [reader, writer] = await opening
    transport.write("hello\n")
    assert.equal(String(await reader.readLine()), "hello\n")
    writer.close()
    transport.close()
    await writer.waitClosed()
    listener.close()
  }
  assert.ok(thrownBy(() => loop.connectAcceptedSocket(() => new asyncio.Protocol(), {} as never)) instanceof TypeError)
})

real("a true eofReceived does not keep a TLS connection, which has no half", async () => {
  const over = new asyncio.Event()
  class Kept extends asyncio.Protocol {
    override eofReceived(): boolean {
      return true
    }
    override connectionLost(): void {
      over.set()
    }
  }
  const listener = await asyncio.getRunningLoop().createServer(() => new Kept(), "127.0.0.1", 0, { ssl })
  const [, writer] = await asyncio.openConnection("127.0.0.1", portOf(listener), { ssl: trusting })
  await ticks(2)
  writer.close()
  await over.wait()
  await writer.waitClosed()
  listener.close()
  await listener.waitClosed()
})

real("closeClients ends a connection that is in the midst of startTls", async ({ reports }) => {
  const begun = new asyncio.Event()
  const listener = await asyncio.startServer(async (_reader, writer) => {
    begun.set()
    await thrownAs(asyncio.ConnectionResetError, writer.startTls(ssl))
  }, "127.0.0.1", 0)
  const silent = await connected(portOf(listener))
  await begun.wait()
  await new Promise(setImmediate)
  listener.close()
  listener.closeClients()
  await listener.waitClosed()
  silent.destroy()
  assert.deepEqual(reports, [])
})

real("a server with no limit on the handshake takes clients", async () => {
  await serving(echo, async (port) => {
    const [reader, writer] = await asyncio.openConnection("127.0.0.1", port, { ssl: trusting })
    writer.write("tea\n")
    assert.equal(String(await reader.readLine()), "tea\n")
    writer.close()
    await writer.waitClosed()
  }, { ssl, sslHandshakeTimeout: Infinity })
})

test("a loop that is closed in the midst of a handshake leaves no connection open", { timeout: 60_000 }, () =>
  inCallback(async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const accepted = (socket: Socket): void => void socket.once("data", () => begin()).on("end", () => end())
    await peer(accepted, async (port) => {
      const loop = new asyncio.EventLoop()
      loop.setExceptionHandler(() => undefined)
      const opening = loop.createTask(() => asyncio.openConnection("127.0.0.1", port, { ssl: true }))
      await loop.runUntilComplete(asyncio.coroutine(() => asyncio.wrapFuture(begun))())
      loop.close()
      await ended
      assert.equal(opening.done(), false)
    })
  }))

test("options of TLS that make no sense are refused at the call", () => {
  const { openConnection, startServer } = asyncio
  const nobody = (): void => undefined
  const wrong: [() => unknown, typeof TypeError | typeof RangeError | typeof asyncio.SSLError, RegExp][] = [
    [() => openConnection("localhost", 443, { serverHostname: "x" }), TypeError, /serverHostname was given without ssl/],
    [() => openConnection("localhost", 443, { sslHandshakeTimeout: 5 }), TypeError, /sslHandshakeTimeout was given without ssl/],
    [() => openConnection("localhost", 443, { sslShutdownTimeout: 5 }), TypeError, /sslShutdownTimeout was given without ssl/],
    [() => openConnection("localhost", 443, { ssl: "yes" as never }), TypeError, /ssl is true or an object/],
    [() => openConnection("localhost", 443, { ssl: null as never }), TypeError, /ssl is true or an object/],
    [() => openConnection("localhost", 443, { ssl: true, sslHandshakeTimeout: 0 }), RangeError, /sslHandshakeTimeout must be above 0/],
    [() => openConnection("localhost", 443, { ssl: true, sslHandshakeTimeout: -1 }), RangeError, /sslHandshakeTimeout/],
    [() => openConnection("localhost", 443, { ssl: true, sslShutdownTimeout: "1" as never }), TypeError, /sslShutdownTimeout/],
    [() => openConnection(null, 443, { ssl: true }), TypeError, /needs serverHostname/],
    [() => startServer(nobody, null, 0, { ssl: true as never }), TypeError, /needs a certificate and its key/],
    [() => startServer(nobody, null, 0, { ssl: {} }), TypeError, /needs a certificate and its key/],
    [() => startServer(nobody, null, 0, { ssl: { secureContext: {} as never } }), TypeError, /make their own secureContext/],
    [() => startServer(nobody, null, 0, { sslHandshakeTimeout: 1 }), TypeError, /without ssl/],
    [() => startServer(nobody, null, 0, { ssl: { cert: server.cert } }), TypeError, /needs a certificate and its key/],
    [() => startServer(nobody, null, 0, { ssl: { cert: "x", key: "y" } }), asyncio.SSLError, /cannot use the certificate/],
    [() => openConnection("localhost", 443, { ssl: { cert: "x", key: "y" } }), asyncio.SSLError, /cannot use the certificate/],
    [() => openConnection("localhost", 443, { ssl: true, serverHostname: 5 as never }), TypeError, /serverHostname is the name/],
  ]
  for (const [call, kind, message] of wrong) {
    const error = thrownBy(call)
    assert.ok(error instanceof kind && message.test(error.message), `${String(call)}: ${String(error)}`)
  }
})
