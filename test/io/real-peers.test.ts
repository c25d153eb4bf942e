/** Streams beside programs that know nothing of them. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { certificates } from "../support/certificates.ts"
import { needs } from "../support/needs.ts"

const { PIPE, DEVNULL } = asyncio.subprocess

/** Answers each line with itself in capitals. */
async function shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter): Promise<void> {
  for await (const line of reader) {
    writer.write(line.toString().toUpperCase())
    await writer.drain()
  }
  writer.close()
}

function portOf(server: asyncio.Server): number {
  return Number(server.sockets[0]?.getsockname()?.[1])
}

async function ended(server: asyncio.Server): Promise<void> {
  server.close()
  server.closeClients()
  await server.waitClosed()
}

describe("openssl", { skip: needs("openssl", "openssl") }, () => {
  test("s_client speaks with our TLS server, and its certificate is checked", () =>
    asyncio.run(async () => {
      const { ca, server: own, client } = certificates()
      const server = await asyncio.startServer(shout, "127.0.0.1", 0, { ssl: { cert: own.cert, key: own.key, ca: ca.cert, requestCert: true, rejectUnauthorized: true } })
      const openssl = await asyncio.createSubprocessExec(
        "openssl", "s_client", "-connect", `127.0.0.1:${portOf(server)}`, "-CAfile", ca.certFile, "-verify_return_error", "-quiet",
        "-cert", client.certFile, "-key", client.keyFile, "-verify_hostname", "localhost",
        { stdin: PIPE, stdout: PIPE, stderr: DEVNULL },
      )
      openssl.stdin.write("masala\n")
      assert.equal(String(await openssl.stdout.readLine()), "MASALA\n")
      openssl.terminate()
      await openssl.wait()

      const stranger = await asyncio.createSubprocessExec(
        "openssl", "s_client", "-connect", `127.0.0.1:${portOf(server)}`, "-CAfile", ca.certFile, "-quiet",
        { stdin: PIPE, stdout: PIPE, stderr: DEVNULL },
      )
      assert.equal((await stranger.stdout.read()).length, 0) // it shows no certificate, and is cut off
      stranger.stdin.close()
      await stranger.wait()
      await ended(server)
    }))

  test("s_server speaks with our TLS client", () =>
    asyncio.run(async () => {
      const { ca, server: own } = certificates()
      const probe = await asyncio.startServer(shout, "127.0.0.1", 0)
      const port = portOf(probe)
      await ended(probe)
      const openssl = await asyncio.createSubprocessExec(
        "openssl", "s_server", "-accept", `127.0.0.1:${port}`, "-cert", own.certFile, "-key", own.keyFile, "-rev",
        { stdin: PIPE, stdout: PIPE, stderr: DEVNULL },
      )
      const [reader, writer] = await listening(() => asyncio.openConnection("localhost", port, { ssl: { ca: ca.cert }, family: 4 }))
      writer.write("masala\n")
      assert.equal(String(await reader.readLine()), "alasam\n")
      writer.close()
      await writer.waitClosed()
      await openssl[Symbol.asyncDispose]()
    }))
})

describe("nc", { skip: needs("nc", "netcat-openbsd") }, () => {
  test("nc speaks with our server on a Unix socket", () =>
    asyncio.run(async () => {
      const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-nc-"))
      const path = join(folder, "tea.sock")
      const server = await asyncio.startUnixServer(shout, path)
      const nc = await asyncio.createSubprocessExec("nc", "-U", "-N", path, { stdin: PIPE, stdout: PIPE })
      const [output] = await nc.communicate("masala\nassam\n")
      assert.equal(String(output), "MASALA\nASSAM\n")
      await ended(server)
      rmSync(folder, { recursive: true, force: true })
    }))

  test("nc listens, and our client is told the end", () =>
    asyncio.run(async () => {
      const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-nc-"))
      const path = join(folder, "tea.sock")
      const nc = await asyncio.createSubprocessExec("nc", "-lU", "-N", path, { stdin: PIPE, stdout: PIPE })
      const [reader, writer] = await listening(() => asyncio.openUnixConnection(path))
      writer.write("masala\n")
      writer.writeEof()
      nc.stdin.write("chai\n")
      nc.stdin.close()
      assert.equal(String(await reader.read()), "chai\n")
      assert.equal(String(await nc.stdout.read()), "masala\n")
      writer.close()
      await nc.wait()
      rmSync(folder, { recursive: true, force: true })
    }))
})

describe("curl", { skip: needs("curl", "curl") }, () => {
  test("curl is served by a few lines over streams", () =>
    asyncio.run(async () => {
      const server = await asyncio.startServer(
        async (reader, writer) => {
          const head = String(await reader.readUntil("\r\n\r\n"))
          const body = `you asked for ${head.split(" ")[1]}\n`
          writer.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
          await writer.drain()
          writer.close()
        },
        "127.0.0.1",
        0,
      )
      const curl = await asyncio.createSubprocessExec("curl", "-s", `http://127.0.0.1:${portOf(server)}/tea`, { stdout: PIPE })
      const [output] = await curl.communicate()
      assert.equal(String(output), "you asked for /tea\n")
      await ended(server)
    }))
})

/** Tries again while nobody listens yet: `nc` does not tell when it does. */
async function listening<T>(open: () => asyncio.Coroutine<T>): Promise<T> {
  for (;;) {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof asyncio.FileNotFoundError || error instanceof asyncio.ConnectionRefusedError)) throw error
      await asyncio.sleep(0.005)
    }
  }
}
