import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { afterEach, describe, it } from "node:test"

import { AttachError } from "#src/inspect/attach/attach-error.ts"
import { InspectorSession } from "#src/inspect/attach/inspector-session-node.ts"

/** Opens a WebSocket for whoever asks, and answers the first message with `answer`, as one frame of text. */
function answering(answer: string): Server {
  return createServer((socket: Socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n")
      socket.once("data", () => socket.write(Buffer.concat([Buffer.from([0x81, Buffer.byteLength(answer)]), Buffer.from(answer)])))
    })
    socket.on("error", () => undefined)
  })
}

describe("a session with an inspector", () => {
  let server: Server
  afterEach(() => server.close())

  for (const answer of ["hello", "7", "null", "{", ""]) {
    it(`says that it is none, where ${JSON.stringify(answer)} is the answer, and hangs up`, async () => {
      server = answering(answer).listen(0, "127.0.0.1")
      await once(server, "listening")
      const connected = once(server, "connection")
      const session = await InspectorSession.connect(4711, (server.address() as AddressInfo).port, "/") // of a server that listens on a port
      const [socket] = (await connected) as [Socket]
      const hungUp = once(socket, "close")
      await assert.rejects(session.evaluate("1", false, 60), (error) => error instanceof AttachError && error.failure === "no answer" && /process 4711 is no inspector/.test(error.message))
      await hungUp
      assert.equal(session.closed, true)
      await assert.rejects(session.evaluate("1", false, 60), /is no inspector/)
    })
  }

  it("that is ended leaves nobody waiting for a worker thread, and no timer", async () => {
    server = createServer((socket: Socket) => {
      socket.once("data", () => socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n"))
      socket.on("error", () => undefined)
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    const session = await InspectorSession.connect(4711, (server.address() as AddressInfo).port, "/") // as above
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length
    const before = timers()
    const asked = session.threads(600)
    assert.ok(timers() > before)
    session.destroy()
    await assert.rejects(asked, AttachError)
    assert.equal(timers(), before)
  })
})
