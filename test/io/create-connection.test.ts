import assert from "node:assert/strict"
import dns from "node:dns"
import { syncBuiltinESMExports } from "node:module"
import net, { type Socket } from "node:net"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { thrownAs } from "../support/record.ts"
import { closedPort, inRealTime, peer } from "./support/real.ts"

interface World {
  /** Those of every host that ends in “where”. */
  readonly addresses: readonly string[]
  /** Those that never answer; all others but 127.0.0.1 refuse. */
  readonly silent?: readonly string[]
  /** Every connection is lost in the very turn in which it is made. */
  readonly loses?: boolean
}

/** Declares a test in which the host's look-up gives the addresses of `world`; what it tried is noted. */
function within(name: string, world: World, body: (tried: string[]) => Promise<void>): void {
  test(name, { timeout: 60_000 }, async () => {
    const { lookup } = dns
    const { connect } = net
    const tried: string[] = []
    const nobody = await closedPort()
    const fakeLookup = (host: string, options: object, done: (error: null, found: dns.LookupAddress[]) => void): void => {
      if (!host.endsWith("where")) return void lookup(host, options, done as never)
      const found = world.addresses.map((address) => ({ address, family: net.isIP(address) }))
      setImmediate(() => done(null, found))
    }
    const fakeConnect = (options: net.TcpNetConnectOpts): Socket => {
      tried.push(String(options.host))
      if (world.silent?.includes(String(options.host)) === true) return new net.Socket()
      const socket = connect(options.host === "127.0.0.1" ? options : { ...options, host: "127.0.0.1", port: nobody })
      if (world.loses === true) socket.once("connect", () => socket.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })))
      return socket
    }
    dns.lookup = fakeLookup as never
    net.connect = fakeConnect as never
    syncBuiltinESMExports()
    try {
      await inRealTime(() => body(tried))
    } finally {
      dns.lookup = lookup
      net.connect = connect
      syncBuiltinESMExports()
    }
  })
}

within("R167: addresses are tried in order, until one answers", { addresses: ["127.0.0.3", "127.0.0.2", "127.0.0.1", "127.0.0.4"] }, async (tried) => {
  await peer(() => undefined, async (port) => {
    const [, writer] = await asyncio.openConnection("anywhere", port)
    assert.deepEqual(tried, ["127.0.0.3", "127.0.0.2", "127.0.0.1"])
    assert.deepEqual(writer.getExtraInfo("peername"), ["127.0.0.1", port])
    writer.transport.abort()
  })
})

within("R167: the one error of one address is thrown as it is", { addresses: ["127.0.0.1"] }, async () => {
  const port = await closedPort()
  const error = await thrownAs(asyncio.ConnectionRefusedError, asyncio.openConnection("anywhere", port))
  assert.match(error.message, new RegExp(`cannot connect to anywhere:${port} \\(127\\.0\\.0\\.1:${port}\\): connection refused`))
})

within("R167: errors of several addresses are one that has all their texts, and their class if they agree", { addresses: ["127.0.0.1", "127.0.0.2"] }, async () => {
  const port = await closedPort()
  const error = await thrownAs(asyncio.ConnectionRefusedError, asyncio.openConnection("anywhere", port))
  assert.match(error.message, /cannot connect to anywhere:\d+: .*127\.0\.0\.1.*; .*127\.0\.0\.2/)
  assert.equal((error.cause as asyncio.ExceptionGroup).errors.length, 2)
})

within("R167: allErrors throws all of them as a group", { addresses: ["127.0.0.1", "127.0.0.2"] }, async () => {
  const port = await closedPort()
  const group = await thrownAs(asyncio.ExceptionGroup, asyncio.openConnection("anywhere", port, { allErrors: true }))
  assert.equal(group.errors.length, 2)
  assert.ok(group.errors.every((error) => error instanceof asyncio.ConnectionRefusedError))
})

within("R167: without a delay a silent address holds the others up; with one it does not", { addresses: ["127.0.0.2", "127.0.0.1"], silent: ["127.0.0.2"] }, async (tried) => {
  await peer(() => undefined, async (port) => {
    const held = asyncio.createTask(asyncio.openConnection("anywhere", port))
    while (tried.length === 0) await asyncio.sleep(0.001)
    for (let turn = 0; turn < 20; turn += 1) await asyncio.sleep(0.001)
    assert.deepEqual(tried, ["127.0.0.2"])
    assert.equal(held.done(), false)
    held.cancel()
    await thrownAs(asyncio.CancelledError, held)
    const [, writer] = await asyncio.openConnection("anywhere", port, { happyEyeballsDelay: 0.01 })
    assert.deepEqual(writer.getExtraInfo("peername"), ["127.0.0.1", port])
    assert.deepEqual(tried, ["127.0.0.2", "127.0.0.2", "127.0.0.1"])
    writer.transport.abort()
  })
})

within("R167: in the race a refusal starts the next at once, and all that fail are told", { addresses: ["127.0.0.1", "127.0.0.2", "127.0.0.3"] }, async () => {
  const port = await closedPort()
  const loop = asyncio.getRunningLoop()
  const before = loop.time()
  const group = await thrownAs(asyncio.ExceptionGroup, asyncio.openConnection("anywhere", port, { happyEyeballsDelay: 5, allErrors: true }))
  assert.equal(group.errors.length, 3)
  assert.ok(loop.time() - before < 4.5)
})

const mixed = { addresses: ["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1", "::2"], silent: ["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1", "::2"] }
const orders: [asyncio.ConnectionOptions, string[]][] = [
  [{ happyEyeballsDelay: 0.001 }, ["127.0.0.1", "::1", "127.0.0.2", "::2", "127.0.0.3"]],
  [{ happyEyeballsDelay: 0.001, interleave: 2 }, ["127.0.0.1", "127.0.0.2", "::1", "127.0.0.3", "::2"]],
  [{ happyEyeballsDelay: 0.001, interleave: 0 }, ["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1", "::2"]],
]
for (const [options, order] of orders) {
  within(`R167: the race interleaves the families: ${JSON.stringify(options)}`, mixed, async (tried) => {
    const race = asyncio.createTask(asyncio.openConnection("anywhere", 9, options))
    while (tried.length < order.length) await asyncio.sleep(0.001)
    assert.deepEqual(tried, order)
    race.cancel()
    await thrownAs(asyncio.CancelledError, race)
  })
}

within("a race that is cancelled at any moment leaves no socket", { addresses: ["127.0.0.2", "127.0.0.1", "::1"], silent: ["127.0.0.2"] }, async () => {
  await peer(() => undefined, async (port) => {
    for (let patience = 0; patience < 25; patience += 1) {
      const task = asyncio.createTask(asyncio.openConnection("anywhere", port, { happyEyeballsDelay: 0 }))
      for (let i = 0; i < patience && !task.done(); i += 1) await (patience % 2 === 0 ? asyncio.sleep(0) : new Promise(setImmediate))
      task.cancel()
      await asyncio.wait([task])
      if (!task.cancelled()) task.result()[1].transport.abort()
    }
  })
})

within("a host without addresses is told", { addresses: [] }, async () => {
  assert.match((await thrownAs(asyncio.AddressLookupError, asyncio.openConnection("nowhere", 9))).message, /nowhere/)
})

within("localAddr says where to connect from", { addresses: ["127.0.0.1"] }, async () => {
  const peers: unknown[] = []
  await peer(
    (socket) => peers.push(socket.remotePort),
    async (port) => {
      const near = await closedPort()
      const [, writer] = await asyncio.openConnection("anywhere", port, { localAddr: ["127.0.0.1", near] })
      assert.deepEqual(writer.getExtraInfo("sockname"), ["127.0.0.1", near])
      while (peers.length === 0) await asyncio.sleep(0.001)
      assert.deepEqual(peers, [near])
      writer.transport.abort()
      const error = await thrownAs(asyncio.OSError, asyncio.openConnection("anywhere", port, { localAddr: ["192.0.2.7", 0] }))
      assert.equal(error.code, "EADDRNOTAVAIL")
    },
  )
})

within("a connection that is lost before its task goes on is told as lost, and ends nothing else", { addresses: ["127.0.0.1"], loses: true }, async () => {
  await peer(() => undefined, async (port) => {
    const [reader, writer] = await asyncio.openConnection("anywhere", port)
    const error = await thrownAs(asyncio.ConnectionResetError, asyncio.waitFor(reader.read(), 5))
    assert.match(error.message, new RegExp(`the connection to anywhere:${port} failed`))
    await thrownAs(asyncio.ConnectionResetError, asyncio.waitFor(writer.waitClosed(), 5))
  })
})
