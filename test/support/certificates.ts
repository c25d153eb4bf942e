/**
 * Certificates for tests of TLS, made in this process the first time they are asked for.
 *
 * Written as DER here, since `openssl x509` starts a process for each and, before 3.4, makes
 * none that have expired.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** As `tls` and `openssl` take them: PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  /** The same in files, for programs; removed when this process ends. */
  readonly certFile: string
  readonly keyFile: string
}

export interface Certificates {
  /** To be trusted: signed all but `selfSigned`. */
  readonly ca: Certificate
  /** Of localhost, 127.0.0.1 and ::1. */
  readonly server: Certificate
  /** Of a client that shows who it is: `CN=test client`. */
  readonly client: Certificate
  /** Of localhost, until yesterday. */
  readonly expired: Certificate
  /** Of `other.example`. */
  readonly wrongHost: Certificate
  /** Of localhost, signed by itself. */
  readonly selfSigned: Certificate
}

let made: Certificates | undefined

/**
 * The certificates of this process: the same at each call.
 *
 * @example
 * ```ts
 * const { ca, server } = certificates()
 * createServer({ cert: server.cert, key: server.key })
 * connect({ port, host: "localhost", ca: ca.cert })
 * ```
 */
export function certificates(): Certificates {
  return (made ??= make())
}

function make(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-certificates-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  const ca = issue({ name: "test CA", isAuthority: true })
  const localhost = { name: "localhost", hosts: ["localhost"], addresses: ["127.0.0.1", "::1"] }
  const kept = (name: string, { cert, key }: Issued): Certificate => {
    const certFile = join(folder, `${name}.crt`)
    const keyFile = join(folder, `${name}.key`)
    writeFileSync(certFile, cert)
    writeFileSync(keyFile, key, { mode: 0o600 })
    return { cert, key, certFile, keyFile }
  }
  return {
    ca: kept("ca", ca),
    server: kept("server", issue({ ...localhost, issuer: ca })),
    client: kept("client", issue({ name: "test client", issuer: ca })),
    expired: kept("expired", issue({ ...localhost, issuer: ca, lastDay: -1 })),
    wrongHost: kept("wrong-host", issue({ name: "other.example", hosts: ["other.example"], issuer: ca })),
    selfSigned: kept("self-signed", issue(localhost)),
  }
}

interface Subject {
  readonly name: string
  readonly hosts?: readonly string[]
  readonly addresses?: readonly string[]
  /** Itself by default. */
  readonly issuer?: Issued
  readonly isAuthority?: boolean
  /** Counted from today. */
  readonly lastDay?: number
}

interface Issued {
  readonly name: string
  readonly cert: string
  readonly key: string
  readonly privateKey: KeyObject
  readonly keyId: Buffer
}

const DAY = 86_400_000

function issue({ name, hosts = [], addresses = [], issuer, isAuthority = false, lastDay = 30 }: Subject): Issued {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const publicInfo = publicKey.export({ type: "spki", format: "der" })
  const keyId = createHash("sha1").update(publicInfo).digest()
  const by = issuer ?? { name, privateKey, keyId }
  const today = Date.now()
  // Alternative names: 2 is a DNS name, 7 an address.
  const alternatives = [...hosts.map((host) => der(0x82, Buffer.from(host))), ...addresses.map((address) => der(0x87, bytesOf(address)))]
  const extensions = [
    extension("551d13", sequence(...(isAuthority ? [TRUE] : [])), true), // basic constraints
    extension("551d0f", der(0x03, Buffer.from(isAuthority ? [1, 0x06] : [7, 0x80])), true), // key usage
    extension("551d0e", der(0x04, keyId)), // key identifier, and the issuer's
    extension("551d23", sequence(der(0x80, by.keyId))),
    ...(alternatives.length > 0 ? [extension("551d11", sequence(...alternatives))] : []),
  ]
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])), // a number of its own
    ECDSA_WITH_SHA256,
    distinguished(by.name),
    sequence(time(today - 60 * DAY), time(today + lastDay * DAY)),
    distinguished(name),
    publicInfo,
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign("sha256", signed, by.privateKey)
  const cert = pem(sequence(signed, ECDSA_WITH_SHA256, der(0x03, Buffer.concat([Buffer.from([0]), signature]))))
  return { name, cert, key: privateKey.export({ type: "pkcs8", format: "pem" }), privateKey, keyId }
}

const TRUE = der(0x01, Buffer.from([0xff]))
const ECDSA_WITH_SHA256 = sequence(objectId("2a8648ce3d040302"))

function distinguished(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId("550403"), der(0x0c, Buffer.from(name)))))
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectId(id), ...(isCritical ? [TRUE] : []), der(0x04, value))
}

function time(when: number): Buffer {
  const digits = new Date(when).toISOString().replace(/[-:T]|\.\d+/g, "")
  return der(0x17, Buffer.from(digits.slice(2))) // two digits of the year
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"))
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

/** IPv4, or the one of IPv6 that tests know. */
function bytesOf(address: string): Buffer {
  return address === "::1" ? Buffer.concat([Buffer.alloc(15), Buffer.from([1])]) : Buffer.from(address.split(".").map(Number))
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? []
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n")
}
