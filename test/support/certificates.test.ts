import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { once } from "node:events"
import { existsSync } from "node:fs"
import type { AddressInfo } from "node:net"
import test from "node:test"
import { connect, createServer, type TLSSocket } from "node:tls"
import { certificates, type Certificate } from "./certificates.ts"
import { needs } from "./needs.ts"

const { ca, server, client, expired, wrongHost, selfSigned } = certificates()

/** What a client that trusts the CA is told of a server that shows `shown`. */
async function seen(shown: Certificate, host: string): Promise<string> {
  const listener = createServer({ cert: shown.cert, key: shown.key })
  listener.on("tlsClientError", () => undefined)
  await once(listener.listen(0, host), "listening")
  const { port } = listener.address() as AddressInfo
  const socket = connect({ port, host, ca: ca.cert, ...(host === "localhost" ? { servername: host } : {}) })
  try {
    await once(socket, "secureConnect")
    return "trusted"
  } catch (error) {
    return String((error as { code?: unknown }).code)
  } finally {
    socket.destroy()
    listener.close()
  }
}

test("the server's certificate is trusted for each of its names, and no other certificate is", async () => {
  assert.equal(await seen(server, "localhost"), "trusted")
  assert.equal(await seen(server, "127.0.0.1"), "trusted")
  // Node 22 compares an IPv6 address with the certificate as it is written.
  if (!process.version.startsWith("v22.")) assert.equal(await seen(server, "::1"), "trusted")
  assert.equal(await seen(expired, "localhost"), "CERT_HAS_EXPIRED")
  assert.equal(await seen(wrongHost, "localhost"), "ERR_TLS_CERT_ALTNAME_INVALID")
  assert.equal(await seen(selfSigned, "localhost"), "DEPTH_ZERO_SELF_SIGNED_CERT")
})

test("a server that asks for it is shown who the client is", async () => {
  const listener = createServer({ cert: server.cert, key: server.key, ca: ca.cert, requestCert: true, rejectUnauthorized: true })
  await once(listener.listen(0, "127.0.0.1"), "listening")
  const { port } = listener.address() as AddressInfo
  const socket = connect({ port, host: "127.0.0.1", ca: ca.cert, cert: client.cert, key: client.key })
  const [peer] = (await once(listener, "secureConnection")) as [TLSSocket]
  assert.equal(peer.getPeerCertificate().subject.CN, "test client")
  socket.destroy()
  peer.destroy()
  listener.close()
})

test("openssl itself finds nothing to say against them", { skip: needs("openssl", "openssl") }, () => {
  for (const { certFile } of [server, client, wrongHost]) {
    const said = execFileSync("openssl", ["verify", "-x509_strict", "-CAfile", ca.certFile, certFile], { encoding: "utf8" })
    assert.match(said, /: OK\n$/)
  }
  assert.ok(new X509Certificate(server.cert).verify(new X509Certificate(ca.cert).publicKey))
})

test("they are made once, and their files are gone when the process ends", () => {
  assert.equal(certificates(), certificates())
  const program = `
    import { certificates } from ${JSON.stringify(new URL("certificates.ts", import.meta.url).href)}
    console.log(certificates().ca.certFile)`
  const file = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" }).trim()
  assert.match(file, /ca\.crt$/)
  assert.equal(existsSync(file), false)
})
