import assert from "node:assert/strict"
import { lookup } from "node:dns"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { AddressLookupError } from "#src/errors/os-errors.ts"
import { getaddrinfo, getnameinfo } from "#src/io/getaddrinfo.ts"

function ran(name: string, body: () => Promise<void>): void {
  it(name, () => asyncio.run(body))
}

describe("getaddrinfo", () => {
  ran("takes a numeric host as it is, for streams and datagrams", async () => {
    assert.deepEqual(await getaddrinfo("127.0.0.1", 80), [
      { family: 4, type: "stream", proto: 6, address: ["127.0.0.1", 80] },
      { family: 4, type: "dgram", proto: 17, address: ["127.0.0.1", 80] },
    ])
    assert.deepEqual(await getaddrinfo("fe80::1%lo", "443", { type: "stream" }), [{ family: 6, type: "stream", proto: 6, address: ["fe80::1%lo", 443] }])
    assert.deepEqual(await getaddrinfo("127.0.0.1", 1, { proto: 17 }), [{ family: 4, type: "dgram", proto: 17, address: ["127.0.0.1", 1] }])
  })

  ran("knows the ports of services, of each kind its own", async () => {
    const ports = async (service: string, type?: "stream" | "dgram") => (await getaddrinfo("127.0.0.1", service, { type })).map((entry) => [entry.type, entry.address[1]])
    assert.deepEqual(await ports("http", "stream"), [["stream", 80]])
    assert.deepEqual(await ports("domain"), [["stream", 53], ["dgram", 53]])
    assert.deepEqual(await ports("ssh"), [["stream", 22]])
    assert.deepEqual(await ports("65535", "dgram"), [["dgram", 65_535]])
  })

  ran("gives this machine where there is no host, all of it to listen on", async () => {
    const hosts = async (options: object) => (await getaddrinfo(null, 0, { type: "stream", ...options })).map(({ address }) => address[0])
    assert.deepEqual(await hosts({}), ["::1", "127.0.0.1"])
    assert.deepEqual(await hosts({ flags: ["passive"] }), ["::", "0.0.0.0"])
    assert.deepEqual(await hosts({ family: 4 }), ["127.0.0.1"])
  })

  ran("gives all addresses of a name, in the order of the system's resolver", async () => {
    const expected = await asyncio.wrapFuture(
      new Promise<string[]>((resolve, reject) => {
        lookup("localhost", { all: true, verbatim: true }, (error, all) => (error === null ? resolve(all.map(({ address }) => address)) : reject(error)))
      }),
    )
    assert.deepEqual((await getaddrinfo("localhost", 80, { type: "stream" })).map(({ address }) => address[0]), expected)
    assert.deepEqual((await getaddrinfo("localhost", 80, { type: "stream", family: 4 })).map(({ address }) => address[0]), ["127.0.0.1"])
  })

  describe("tells what it cannot find:", () => {
    const cases: [what: string, given: Parameters<typeof getaddrinfo>, code: RegExp, message: RegExp][] = [
      ["a host", ["nowhere.invalid", 80], /^(ENOTFOUND|EAI_AGAIN)$/, /^cannot look up the host "nowhere\.invalid": /],
      ["a service", ["127.0.0.1", "no-such-service"], /^EAI_SERVICE$/, /^cannot look up 127\.0\.0\.1, port no-such-service: there is no service "no-such-service"/],
      ["a service that is to be a number", ["127.0.0.1", "http", { flags: ["numericService"] }], /^EAI_SERVICE$/, /there is no service "http"/],
      ["a name that is to be an address", ["localhost", 80, { flags: ["numericHost"] }], /^EAI_NONAME$/, /^cannot look up the host "localhost": it is a name/],
      ["an address of the other family", ["::1", 80, { family: 4 }], /^EAI_ADDRFAMILY$/, /^cannot look up the host "::1": it is no address of IPv4/],
      ["an IPv4 address among IPv6 ones", ["127.0.0.1", 80, { family: 6 }], /^EAI_ADDRFAMILY$/, /it is no address of IPv6/],
      ["a protocol of the other kind", ["127.0.0.1", 80, { type: "stream", proto: 17 }], /^EAI_SOCKTYPE$/, /protocol 17 does not carry stream/],
    ]
    for (const [what, given, code, message] of cases) {
      ran(what, async () => {
        await assert.rejects(getaddrinfo(...given), (error: AddressLookupError) => {
          assert.ok(error instanceof AddressLookupError)
          assert.match(error.code, code)
          assert.match(error.message, message)
          return true
        })
      })
    }
  })

  it("refuses bad arguments at the call", () => {
    assert.throws(() => getaddrinfo(7 as never, 80), /^TypeError: a host is a name or address, not 7$/)
    assert.throws(() => getaddrinfo("localhost", 70_000), /^RangeError: a port is a whole number from 0 to 65535, not 70000$/)
    assert.throws(() => getaddrinfo("localhost", {} as never), /^TypeError: a port is a number or the name of a service/)
    assert.throws(() => getaddrinfo("localhost", 80, { family: 5 as never }), /^RangeError: family is 4, 6 or 0 for both, not 5$/)
    assert.throws(() => getaddrinfo("localhost", 80, { type: "raw" as never }), /^TypeError: type is "stream" or "dgram", not "raw"$/)
    assert.throws(() => getaddrinfo("localhost", 80, { flags: ["canonname" as never] }), /^TypeError: a flag is one of passive, /)
  })

  ran("is interrupted at once, and drops the answer", async () => {
    const task = asyncio.createTask(getaddrinfo("localhost", 80))
    await asyncio.sleep(0)
    task.cancel()
    await assert.rejects(task, asyncio.CancelledError)
    assert.equal(asyncio.getRunningLoop().hostOperations, 0)
  })
})

describe("getnameinfo", () => {
  ran("gives names, or numbers where they are wanted or there are none", async () => {
    assert.deepEqual(await getnameinfo(["127.0.0.1", 80], ["numericHost"]), ["127.0.0.1", "http"])
    assert.deepEqual(await getnameinfo(["127.0.0.1", 80], ["numericHost", "numericService"]), ["127.0.0.1", "80"])
    assert.deepEqual(await getnameinfo(["127.0.0.1", 123], ["numericHost", "dgram"]), ["127.0.0.1", "ntp"])
    assert.deepEqual(await getnameinfo(["::1", 1], ["numericHost", "dgram"]), ["::1", "1"])
    const [host] = await getnameinfo(["127.0.0.1", 80])
    assert.ok(host.length > 0)
  })

  ran("tells of an address without a name if one is required", async () => {
    // For documentation only: nobody has it.
    await assert.rejects(getnameinfo(["192.0.2.1", 80], ["nameRequired"]), (error: Error) => {
      assert.ok(error instanceof AddressLookupError, String(error))
      assert.match(error.message, /^cannot look up the name of 192\.0\.2\.1: /)
      return true
    })
  })

  it("refuses bad arguments at the call", () => {
    assert.throws(() => getnameinfo("127.0.0.1" as never), /^TypeError: getnameinfo takes an address as \[host, port\]/)
    assert.throws(() => getnameinfo(["localhost", 80]), /^TypeError: the host of getnameinfo is an address, such as "127\.0\.0\.1", not "localhost"/)
    assert.throws(() => getnameinfo(["127.0.0.1", -1]), RangeError)
    assert.throws(() => getnameinfo(["127.0.0.1", 80], "dgram" as never), /^TypeError: flags are a list, such as \["numericHost"\], not "dgram"/)
    assert.throws(() => getaddrinfo("127.0.0.1", 80, { flags: "passive" as never }), /^TypeError: flags are a list/)
    assert.throws(() => getaddrinfo("127.0.0.1", 80, { type: "toString" as never }), /^TypeError: type is "stream" or "dgram"/)
    assert.throws(() => getaddrinfo("127.0.0.1", 80, { proto: "tcp" as never }), /^TypeError: proto is the number of a protocol/)
    assert.throws(() => getnameinfo(["127.0.0.1", "80" as never]), TypeError)
  })
})
