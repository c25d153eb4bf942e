import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { createSocket } from "node:dgram"
import { networkInterfaces } from "node:os"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { AddressLookupError, OSError } from "#src/errors/os-errors.ts"
import { createDatagramEndpoint, type DatagramOptions } from "#src/io/create-datagram-endpoint.ts"
import { DatagramProtocol } from "#src/io/protocol.ts"
import type { DatagramTransport } from "#src/io/transport.ts"
import { needs } from "../support/needs.ts"

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"))
const name = new asyncio.ContextVar("name", { default: "none" })

/** Writes down what it is told. */
class Recorder extends DatagramProtocol {
  readonly calls: unknown[] = []
  readonly contexts = new Set<string>()
  readonly #heard = new asyncio.Condition()

  #note(...call: unknown[]): void {
    this.calls.push(call)
    this.contexts.add(`${name.get()} ${asyncio.currentTask() === undefined ? "in no task" : "in a task"}`)
    asyncio.createTask(async () => this.#heard.run(async () => this.#heard.notifyAll()))
  }

  override connectionMade(transport: DatagramTransport): void {
    this.#note("made", transport.isClosing())
  }

  override datagramReceived(data: Buffer, [host, port]: readonly [string, number]): void {
    this.#note("received", data.toString(), host, port)
  }

  override errorReceived(error: unknown): void {
    this.#note("error", (error as Error).name, (error as Error).message)
  }

  override pauseWriting(): void {
    this.#note("pause")
  }

  override resumeWriting(): void {
    this.#note("resume")
  }

  override connectionLost(error: unknown): void {
    this.#note("lost", error)
  }

  /** Waits until it was called with `what`. */
  async heard(what: string, times = 1): Promise<unknown[]> {
    const found = (): unknown[][] => (this.calls as unknown[][]).filter(([first]) => first === what)
    await asyncio.timeout(5).run(() => this.#heard.run(() => this.#heard.waitFor(() => found().length >= times)))
    return found()[times - 1] ?? []
  }

  names(): unknown[] {
    return (this.calls as unknown[][]).map(([first]) => first)
  }
}

async function open(options: DatagramOptions): Promise<[DatagramTransport, Recorder, readonly [string, number]]> {
  const [transport, protocol] = await createDatagramEndpoint(asyncio.getRunningLoop(), () => new Recorder(), options)
  return [transport, protocol, transport.getExtraInfo("sockname") as readonly [string, number]] // it is bound
}

function ran(title: string, body: () => Promise<void>, skip: false | string = false): void {
  it(title, { skip }, () => asyncio.run(body))
}

describe("createDatagramEndpoint", () => {
  ran("sends and receives, from anybody and to anybody", async () => {
    const [server, heard, address] = await open({ localAddr: ["127.0.0.1", 0] })
    const [client, answered, from] = await open({ remoteAddr: address })
    assert.equal(from[0], "127.0.0.1")
    client.sendTo("Masala?")
    client.sendTo(new Uint8Array([0x41, 0x42]), address)
    client.sendTo("")
    await heard.heard("received", 3)
    assert.deepEqual(heard.calls, [["made", false], ["received", "Masala?", ...from], ["received", "AB", ...from], ["received", "", ...from]])
    server.sendTo("Yes.", from)
    assert.deepEqual(await answered.heard("received"), ["received", "Yes.", ...address])
    client.close()
    server.close()
    assert.deepEqual(await heard.heard("lost"), ["lost", null])
    await answered.heard("lost")
    assert.ok(server.isClosing())
  })

  ran("tells where it is, and to where it is connected", async () => {
    const [server, , address] = await open({ localAddr: ["127.0.0.1", 0] })
    const [client] = await open({ localAddr: ["127.0.0.1", 0], remoteAddr: address })
    assert.deepEqual([client.getExtraInfo("peername"), server.getExtraInfo("peername"), server.getExtraInfo("peername", "nobody")], [address, undefined, "nobody"])
    assert.deepEqual(client.getExtraInfo("socket")?.getpeername(), address)
    assert.equal(client.toString(), `<DatagramTransport 127.0.0.1:${(client.getExtraInfo("sockname") as [string, number])[1]} to 127.0.0.1:${address[1]} [open]>`)
    client.abort()
    server.abort()
    assert.match(client.toString(), /\[(closing|closed)\]>$/)
  })

  ran("calls the protocol in the context of its creator, in no task", async () => {
    name.set("creator")
    const [server, heard, address] = await open({ localAddr: ["127.0.0.1", 0] })
    name.set("later")
    server.sendTo("to itself", address)
    await heard.heard("received")
    server.close()
    await heard.heard("lost")
    assert.deepEqual([...heard.contexts], ["creator in no task"])
  })

  ran("loses nothing that comes before the protocol is there", async () => {
    const [sender] = await open({ family: 4 })
    const socket = createSocket("udp4")
    await asyncio.wrapFuture(new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve)))
    const { port } = socket.address()
    const [transport, heard] = await open({ sock: socket })
    sender.sendTo("early", ["127.0.0.1", port])
    assert.equal((await heard.heard("received"))[1], "early")
    transport.close()
    sender.close()
  })

  ran("over IPv6, with both families at a name", async () => {
    const [server, heard, address] = await open({ localAddr: ["::1", 0] })
    const [client] = await open({ remoteAddr: ["::1", address[1]] })
    client.sendTo("six")
    assert.deepEqual((await heard.heard("received")).slice(0, 3), ["received", "six", "::1"])
    client.close()
    server.close()
  }, hasIpv6 ? false : "this system has no ::1")

  ran("tells a connected endpoint that nobody listens there, and goes on", async () => {
    const [gone, told, address] = await open({ localAddr: ["127.0.0.1", 0] })
    gone.close()
    await told.heard("lost")
    const [client, heard] = await open({ remoteAddr: address })
    client.sendTo("anybody?")
    const [, kind, message] = await heard.heard("error")
    assert.equal(kind, "ConnectionRefusedError")
    assert.match(String(message), /ECONNREFUSED/)
    assert.ok(!client.isClosing())
    client.close()
    await heard.heard("lost")
    assert.deepEqual(heard.names(), ["made", "error", "lost"])
  })

  ran("tells of a datagram that is too large", async () => {
    const [server, heard, address] = await open({ localAddr: ["127.0.0.1", 0] })
    server.sendTo(new Uint8Array(70_000), address)
    const [, kind, message] = await heard.heard("error")
    assert.equal(kind, "OSError")
    assert.match(String(message), new RegExp(`^cannot send 70000 bytes to 127\\.0\\.0\\.1:${address[1]}: .*\\(EMSGSIZE\\)$`))
    server.sendTo("small", address)
    assert.equal((await heard.heard("received"))[1], "small")
    server.close()
  })

  ran("tells the protocol to pause when too much is on its way, and to go on", async () => {
    const [server, heard, address] = await open({ localAddr: ["127.0.0.1", 0] })
    assert.deepEqual([server.getWriteBufferSize(), server.getWriteBufferLimits()], [0, [16_384, 65_536]])
    server.setWriteBufferLimits({ high: 5000 })
    assert.deepEqual(server.getWriteBufferLimits(), [1250, 5000])
    for (let i = 0; i < 6; i += 1) server.sendTo(new Uint8Array(1000), address)
    assert.deepEqual(heard.names(), ["made", "pause"])
    assert.equal(server.getWriteBufferSize(), 6 * 1008)
    await heard.heard("resume")
    assert.throws(() => server.setWriteBufferLimits({ high: 1, low: 2 }), RangeError)
    server.close()
  })

  ran("sends what is on its way before it closes, and nothing after an abort", async () => {
    const [server, heard, address] = await open({ localAddr: ["127.0.0.1", 0] })
    const [client, told] = await open({ family: 4 })
    for (let i = 0; i < 5; i += 1) client.sendTo(`last ${i}`, address)
    client.close()
    client.close()
    assert.ok(client.isClosing())
    client.sendTo("too late", address)
    await told.heard("lost")
    assert.equal((await heard.heard("received", 5))[1], "last 4")
    const [other, aborted] = await open({ family: 4 })
    other.sendTo("never told of", address)
    other.abort()
    await aborted.heard("lost")
    assert.deepEqual(aborted.names(), ["made", "lost"])
    assert.ok(!heard.calls.some((call) => (call as unknown[])[1] === "too late"))
    server.close()
  })

  ran("warns once of datagrams that are sent after it was closed", async () => {
    const warnings: string[] = []
    const note = ({ message }: Error): void => void warnings.push(message)
    process.on("warning", note)
    const [server, heard, address] = await open({ localAddr: ["127.0.0.1", 0] })
    server.close()
    for (let i = 0; i < 8; i += 1) server.sendTo("late", address)
    await heard.heard("lost")
    await asyncio.wrapFuture(new Promise((resolve) => setImmediate(resolve)))
    process.off("warning", note)
    assert.deepEqual(warnings, ["5 datagrams to a closed transport were dropped; see isClosing()"])
  })

  ran("hears nothing more once it closes", async () => {
    const [server, heard, address] = await open({ localAddr: ["127.0.0.1", 0] })
    server.sendTo("to itself", address)
    server.close()
    await heard.heard("lost")
    assert.deepEqual(heard.names(), ["made", "lost"])
  })

  ran("reports what a callback throws, and goes on", async () => {
    const reports: string[] = []
    asyncio.getRunningLoop().setExceptionHandler((_loop, { message, exception }) => reports.push(`${message} ${String(exception)}`))
    class Thrower extends Recorder {
      override datagramReceived(data: Buffer, from: readonly [string, number]): void {
        super.datagramReceived(data, from)
        throw new RangeError("on purpose")
      }
    }
    const [transport, heard] = await createDatagramEndpoint(asyncio.getRunningLoop(), () => new Thrower(), { localAddr: ["127.0.0.1", 0] })
    const address = transport.getExtraInfo("sockname")
    transport.sendTo("one", address)
    transport.sendTo("two", address)
    await heard.heard("received", 2)
    assert.deepEqual(reports, Array.from({ length: 2 }, () => "protocol.datagramReceived() call failed. RangeError: on purpose"))
    const next = new Recorder()
    transport.setProtocol(next)
    assert.equal(transport.getProtocol(), next)
    transport.sendTo("three", address)
    assert.equal((await next.heard("received"))[1], "three")
    transport.close()
  })

  ran("copies what it sends", async () => {
    const [server, heard, address] = await open({ localAddr: ["127.0.0.1", 0] })
    const bytes = Buffer.from("before")
    server.sendTo(bytes, address)
    bytes.write("after.")
    assert.equal((await heard.heard("received"))[1], "before")
    server.close()
  })

  ran("takes options of the socket", async () => {
    const [first, , address] = await open({ localAddr: ["127.0.0.1", 0], reuseAddr: true, allowBroadcast: true })
    const [second] = await open({ localAddr: address, reuseAddr: true })
    first.close()
    second.close()
    if (process.platform === "linux") {
      const [third, , shared] = await open({ localAddr: ["127.0.0.1", 0], reusePort: true })
      const [fourth] = await open({ localAddr: shared, reusePort: true })
      third.close()
      fourth.close()
    }
  })

  describe("fails with", () => {
    ran("an address that is taken", async () => {
      const [server, , address] = await open({ localAddr: ["127.0.0.1", 0] })
      await assert.rejects(open({ localAddr: address }), (error: OSError) => {
        assert.ok(error instanceof OSError)
        assert.equal(error.code, "EADDRINUSE")
        assert.match(error.message, new RegExp(`^cannot open an endpoint for datagrams at 127\\.0\\.0\\.1:${address[1]}: the address is in use`))
        return true
      })
      server.close()
    })

    ran("a host that is not known", async () => {
      await assert.rejects(open({ remoteAddr: ["nowhere.invalid", 9] }), (error: Error) => error instanceof AddressLookupError && error.message.includes("nowhere.invalid"))
    })

    ran("addresses of two families", async () => {
      await assert.rejects(open({ localAddr: ["127.0.0.1", 0], remoteAddr: ["::1", 9] }), /^OSError: cannot send from 127\.0\.0\.1:0 to \[::1\]:9: they have no addresses of one family$/)
    })

    ran("what the protocol factory throws, and leaves nothing open", async () => {
      const failing = (): Recorder => {
        throw new RangeError("no protocol")
      }
      const loop = asyncio.getRunningLoop()
      const [server, told, address] = await open({ localAddr: ["127.0.0.1", 0] })
      server.close()
      await told.heard("lost")
      await assert.rejects(createDatagramEndpoint(loop, failing, { localAddr: address }), /^RangeError: no protocol$/)
      const [again] = await open({ localAddr: address })
      again.close()
    })
  })

  it("refuses options that cannot be at the call", () =>
    asyncio.run(async () => {
      const socket = createSocket("udp4")
      const wrong: [unknown, RegExp][] = [
        [{}, /^TypeError: createDatagramEndpoint needs a localAddr, a remoteAddr, a family or a socket/],
        [{ localAddr: "/tmp/socket" }, /^TypeError: localAddr is \[host, port\]; Node has no datagrams over Unix sockets/],
        [{ remoteAddr: ["127.0.0.1"] }, /^TypeError: remoteAddr is \[host, port\], not an Array$/],
        [{ family: 5 }, /^RangeError: family is 4, 6 or 0/],
        [{ sock: {} }, /^TypeError: sock is a Socket of node:dgram, not an Object$/],
        [{ sock: socket }, /^TypeError: the socket in \{ sock \} is not bound/],
        [{ sock: socket, localAddr: ["127.0.0.1", 0], reusePort: true }, /^TypeError: createDatagramEndpoint takes either \{ sock \} or localAddr, reusePort, not both$/],
      ]
      for (const [options, message] of wrong) {
        assert.throws(() => createDatagramEndpoint(asyncio.getRunningLoop(), () => new Recorder(), options as DatagramOptions), message)
      }
      socket.close()
      const [server, , address] = await open({ localAddr: ["127.0.0.1", 0] })
      const [client] = await open({ remoteAddr: address })
      assert.throws(() => server.sendTo("x"), /^TypeError: this endpoint has no remoteAddr: say where to/)
      assert.throws(() => client.sendTo("x", ["127.0.0.1", address[1] === 1 ? 2 : 1]), /^RangeError: this endpoint sends to 127\.0\.0\.1:\d+ only, not to 127\.0\.0\.1:[12]; leave the address out$/)
      assert.throws(() => server.sendTo(7 as never, address), /^TypeError: sendTo takes bytes or text, not 7$/)
      assert.throws(() => server.sendTo("x", "/tmp/socket"), /^TypeError: an address of a datagram is \[host, port\]/)
      assert.throws(() => server.sendTo("x", ["127.0.0.1", 0]), /^RangeError: the port of an address is a whole number from 1 to 65535, not 0$/)
      client.close()
      server.close()
    }))

  ran("is cancelled while it is made, and leaves nothing open", async () => {
    const [server, told, address] = await open({ localAddr: ["127.0.0.1", 0] })
    server.close()
    await told.heard("lost")
    for (const turns of [0, 1, 2]) {
      const task = asyncio.createTask(() => open({ localAddr: address }))
      for (let i = 0; i <= turns; i += 1) await asyncio.sleep(0)
      // After more than one turn it may have been made: the host makes it when it comes to it.
      if (task.cancel() || turns === 0) await assert.rejects(task, asyncio.CancelledError)
      else {
        const [made, heard] = await task
        made.close()
        await heard.heard("lost")
      }
    }
    // A socket that is still open would hold the address.
    const [again] = await open({ localAddr: address })
    again.close()
  })

  it("that is forgotten does not keep the process: it is closed with its loop", async () => {
    let heard: Recorder | undefined
    await asyncio.run(async () => {
      const [, protocol] = await open({ localAddr: ["127.0.0.1", 0] })
      heard = protocol
    })
    assert.deepEqual(heard?.names(), ["made"])
  })

  ran("talks with Python", async () => {
    const [server, heard, address] = await open({ localAddr: ["127.0.0.1", 0] })
    const python = spawn("python3", ["-c", PEER, String(address[1])], { stdio: ["ignore", "pipe", "inherit"] })
    const output = new Promise<string>((resolve) => {
      let text = ""
      python.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()))
      python.stdout.on("end", () => resolve(text))
    })
    const [, text, host, port] = await heard.heard("received")
    assert.equal(text, "from Python")
    for (const data of ["", "é", "x".repeat(60_000)]) server.sendTo(data, [String(host), Number(port)])
    assert.equal(await asyncio.wrapFuture(output), `[0, 2, 60000]\n`)
    await heard.heard("received", 2)
    server.close()
  }, needs("python3", "python3"))
})

const PEER = `
import asyncio, sys

async def main():
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    sizes = []
    class Peer(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport
            transport.sendto("from Python".encode())
        def datagram_received(self, data, addr):
            sizes.append(len(data))
            if len(sizes) == 3:
                self.transport.sendto(b"done")
                done.set_result(None)
    await loop.create_datagram_endpoint(Peer, remote_addr=("127.0.0.1", int(sys.argv[1])))
    await asyncio.wait_for(done, 5)
    print(sizes)

asyncio.run(main())
`
