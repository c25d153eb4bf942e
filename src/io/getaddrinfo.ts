/**
 * Names of hosts and services, and their addresses.
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#dns
 */
import { ADDRCONFIG, ALL, lookup, lookupService, V4MAPPED, type LookupAddress } from "node:dns"
import { isIP } from "node:net"
import { describe } from "../structures/arguments.ts"
import { AddressLookupError, osError } from "../errors/os-errors.ts"
import { atRoot } from "../host/node.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation } from "../core/host-operation.ts"
import { checkPort } from "./check-port.ts"
import { portOf, serviceOf, type Transported } from "./services.ts"

/** For streams (TCP) or datagrams (UDP). */
export type SocketType = "stream" | "dgram"

/**
 * `passive`: an address to listen on, where no host is given. `numericHost` and
 * `numericService`: no names. `addrConfig`: only families that this machine has an address
 * of. `v4Mapped`: IPv4 addresses as IPv6 ones if there are no others; with `all`, also if
 * there are others.
 */
export type AddressFlag = "passive" | "numericHost" | "numericService" | "addrConfig" | "v4Mapped" | "all"

/** What addresses `getaddrinfo` looks for. */
export interface AddressOptions {
  /** 4 or 6; 0, both, by default. */
  readonly family?: 0 | 4 | 6 | undefined
  /** Both by default. */
  readonly type?: SocketType | undefined
  /** The number of the protocol: 6 for TCP, 17 for UDP; 0, any, by default. */
  readonly proto?: number | undefined
  readonly flags?: readonly AddressFlag[] | undefined
}

/** One address of a host and a service. */
export interface AddressEntry {
  readonly family: 4 | 6
  readonly type: SocketType
  readonly proto: number
  /** What a socket connects to, or listens on. */
  readonly address: readonly [host: string, port: number]
}

const PROTOCOLS = { stream: 6, dgram: 17 } as const
const TRANSPORTED: Readonly<Record<SocketType, Transported>> = { stream: "tcp", dgram: "udp" }
const HINTS: Readonly<Partial<Record<AddressFlag, number>>> = { addrConfig: ADDRCONFIG, v4Mapped: V4MAPPED, all: ALL }
const FLAGS: readonly unknown[] = ["passive", "numericHost", "numericService", "addrConfig", "v4Mapped", "all"]

/**
 * The addresses of a host and a service, in the order in which they are to be tried.
 *
 * A numeric host needs no look-up.
 *
 * @param host - a name or an address; null for this machine: its loop-back addresses, or with the flag `passive` all of them
 * @param port - a port, or the name of a service, such as `http`; null for 0
 * @throws AddressLookupError with the host if it, or the service, is not known; TypeError or
 * RangeError at the call for bad arguments.
 * @throws CancelledError if the task is cancelled; the answer is dropped when it comes.
 *
 * @example
 * ```ts
 * import { getRunningLoop, run } from "asyncio-ts"
 *
 * const [entry] = await run(() => getRunningLoop().getaddrinfo("127.0.0.1", "http", { type: "stream" }))
 * console.log(entry?.family, entry?.address) // -> 4 [ '127.0.0.1', 80 ]
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.getaddrinfo
 */
export function getaddrinfo(host: string | null | undefined, port: number | string | null | undefined, options: AddressOptions = {}): Coroutine<AddressEntry[]> {
  const { family = 0, type, proto = 0, flags = [] } = options
  if (host !== null && host !== undefined && typeof host !== "string") throw new TypeError(`a host is a name or address, not ${describe(host)}`)
  if (typeof port === "number") checkPort(port)
  else if (port !== null && port !== undefined && typeof port !== "string") throw new TypeError(`a port is a number or the name of a service, not ${describe(port)}`)
  if (![0, 4, 6].includes(family)) throw new RangeError(`family is 4, 6 or 0 for both, not ${String(family)}`)
  if (type !== undefined && !Object.hasOwn(PROTOCOLS, type)) throw new TypeError(`type is "stream" or "dgram", not ${describe(type)}`)
  if (typeof proto !== "number") throw new TypeError(`proto is the number of a protocol, such as 6 for TCP, not ${describe(proto)}`)
  checkFlags(flags, FLAGS)
  const types = (["stream", "dgram"] as const).filter((each) => (type ?? each) === each && (proto === 0 || proto === PROTOCOLS[each]))
  return new BodyCoroutine("getaddrinfo", async () => {
    const what = `${host ?? "this machine"}${port === null || port === undefined ? "" : `, port ${port}`}`
    if (types.length === 0) throw new AddressLookupError(`cannot look up ${what}: protocol ${proto} does not carry ${type ?? "streams or datagrams"} (EAI_SOCKTYPE)`, { code: "EAI_SOCKTYPE" })
    const ports = new Map<SocketType, number>()
    for (const each of types) {
      const found = await resolvePort(port, each, flags.includes("numericService"))
      if (found !== undefined) ports.set(each, found)
    }
    if (ports.size === 0) throw new AddressLookupError(`cannot look up ${what}: there is no service ${JSON.stringify(port)} (EAI_SERVICE)`, { code: "EAI_SERVICE" })
    const addresses = await resolveHost(host ?? "", family, flags)
    return addresses.flatMap((found) =>
      [...ports].map(([each, number]): AddressEntry => ({ family: found.family === 6 ? 6 : 4, type: each, proto: PROTOCOLS[each], address: [found.address, number] })),
    )
  })
}

async function resolvePort(port: number | string | null | undefined, type: SocketType, numeric: boolean): Promise<number | undefined> {
  if (typeof port !== "string" || port === "") return Number(port ?? 0)
  if (/^\d+$/.test(port) && Number(port) <= 65_535) return Number(port)
  return numeric ? undefined : await portOf(port, TRANSPORTED[type])
}

async function resolveHost(host: string, family: 0 | 4 | 6, flags: readonly AddressFlag[]): Promise<LookupAddress[]> {
  if (host === "") {
    const [v6, v4] = flags.includes("passive") ? ["::", "0.0.0.0"] : ["::1", "127.0.0.1"]
    const both = [{ address: v6, family: 6 }, { address: v4, family: 4 }]
    return both.filter((each) => family === 0 || each.family === family)
  }
  // A zone belongs to the address, as in fe80::1%eth0.
  const version = isIP(host)
  if (version !== 0 && (family === 0 || version === family)) return [{ address: host, family: version }]
  const attempt = `cannot look up the host ${JSON.stringify(host)}`
  if (version === 0 && flags.includes("numericHost")) throw new AddressLookupError(`${attempt}: it is a name, and numericHost allows none (EAI_NONAME)`, { code: "EAI_NONAME" })
  if (version === 6) throw new AddressLookupError(`${attempt}: it is no address of IPv${family} (EAI_ADDRFAMILY)`, { code: "EAI_ADDRFAMILY" })
  const hints = flags.reduce((sum, flag) => sum | (HINTS[flag] ?? 0), 0)
  if (version === 4 && !flags.includes("v4Mapped")) throw new AddressLookupError(`${attempt}: it is no address of IPv${family} (EAI_ADDRFAMILY)`, { code: "EAI_ADDRFAMILY" })
  return await hostOperation<LookupAddress[]>({
    name: "getaddrinfo",
    says: () => `name look-up of ${host}`,
    detail: host,
    start(done) {
      atRoot(() =>
        lookup(host, { all: true, family, hints, verbatim: true }, (error, addresses) => {
          if (error === null) done.returned(addresses)
          else done.failed(osError(error, attempt))
        }),
      )
    },
  })
}

/** How `getnameinfo` answers: with numbers instead of names, or an error where there is no name; of `dgram`, the services of UDP. */
export type NameFlag = "numericHost" | "numericService" | "nameRequired" | "dgram"

const NAME_FLAGS: readonly unknown[] = ["numericHost", "numericService", "nameRequired", "dgram"]

/**
 * The names of an address's host and service.
 *
 * @throws AddressLookupError with the address if it has no name, and `nameRequired` wants one;
 * TypeError or RangeError at the call for bad arguments, a host that is no address among them.
 * @throws CancelledError if the task is cancelled; the answer is dropped when it comes.
 *
 * @example
 * ```ts
 * import { getRunningLoop, run } from "asyncio-ts"
 *
 * console.log(await run(() => getRunningLoop().getnameinfo(["127.0.0.1", 443], ["numericHost"]))) // -> [ '127.0.0.1', 'https' ]
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.getnameinfo
 */
export function getnameinfo(address: readonly [host: string, port: number], flags: readonly NameFlag[] = []): Coroutine<[host: string, service: string]> {
  if (!Array.isArray(address) || address.length < 2) throw new TypeError(`getnameinfo takes an address as [host, port], not ${describe(address)}`)
  const [host, port] = address
  if (typeof host !== "string" || isIP(host) === 0) throw new TypeError(`the host of getnameinfo is an address, such as "127.0.0.1", not ${describe(host)}; look it up with getaddrinfo`)
  checkPort(port)
  checkFlags(flags, NAME_FLAGS)
  return new BodyCoroutine("getnameinfo", async (): Promise<[string, string]> => {
    const service = flags.includes("numericService") ? undefined : await serviceOf(port, flags.includes("dgram") ? "udp" : "tcp")
    const name = flags.includes("numericHost") ? undefined : await nameOfHost(host, port, flags.includes("nameRequired"))
    return [name ?? host, service ?? String(port)]
  })
}

/** The name of an address; undefined if it has none, and none is `required`. */
function nameOfHost(host: string, port: number, required: boolean): Coroutine<string | undefined> {
  return hostOperation<string | undefined>({
    name: "getnameinfo",
    says: () => `name look-up of ${host}`,
    detail: host,
    start(done) {
      atRoot(() =>
        lookupService(host, port, (error, hostname) => {
          if (error === null) done.returned(hostname)
          else if (required) done.failed(osError(error, `cannot look up the name of ${host}`))
          else done.returned(undefined)
        }),
      )
    },
  })
}

function checkFlags(given: readonly unknown[], known: readonly unknown[]): void {
  if (!Array.isArray(given)) throw new TypeError(`flags are a list, such as [${JSON.stringify(known[0])}], not ${describe(given)}`)
  const wrong = given.find((flag) => !known.includes(flag))
  if (wrong !== undefined) throw new TypeError(`a flag is one of ${known.join(", ")}, not ${describe(wrong)}`)
}
