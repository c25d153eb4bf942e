/**
 * The ports of services by their names, as the system's list has them.
 */
import { readFile } from "node:fs"
import { atRoot } from "../host/node.ts"
import { hostOperation } from "../core/host-operation.ts"

/** Where the system has no list. */
const common = `
  ftp 21/tcp, ssh 22/tcp, telnet 23/tcp, smtp 25/tcp, domain 53/tcp, domain 53/udp, tftp 69/udp, http 80/tcp, pop3 110/tcp, ntp 123/udp,
  imap2 143/tcp imap, snmp 161/udp, ldap 389/tcp, https 443/tcp, https 443/udp, submissions 465/tcp, syslog 514/udp, submission 587/tcp,
  ldaps 636/tcp, imaps 993/tcp, pop3s 995/tcp, mysql 3306/tcp, postgresql 5432/tcp, sip 5060/tcp, sip 5060/udp, mdns 5353/udp,
  redis 6379/tcp, http-alt 8080/tcp webcache`

export type Transported = "tcp" | "udp"

interface Services {
  /** By name and kind, such as `http/tcp`. */
  readonly ports: ReadonlyMap<string, number>
  /** By port and kind, such as `80/tcp`. */
  readonly names: ReadonlyMap<string, string>
}

let known: Services | undefined

/** The port of a service; undefined if it is not known. */
export async function portOf(service: string, transported: Transported): Promise<number | undefined> {
  return (await services()).ports.get(`${service}/${transported}`)
}

/** The name of a port's service; undefined if it has none. */
export async function serviceOf(port: number, transported: Transported): Promise<string | undefined> {
  return (await services()).names.get(`${port}/${transported}`)
}

async function services(): Promise<Services> {
  known ??= parse(
    await hostOperation<string>({
      name: "getaddrinfo",
      detail: "/etc/services",
      says: () => "names of services, reading /etc/services",
      start(done) {
        atRoot(() => readFile("/etc/services", "latin1", (error, text) => done.returned(error === null ? text : common.replaceAll(",", "\n"))))
      },
    }),
  )
  return known
}

function parse(text: string): Services {
  const ports = new Map<string, number>()
  const names = new Map<string, string>()
  for (const line of text.split("\n")) {
    const [name, place = "", ...aliases] = line.replace(/#.*/, "").trim().split(/\s+/)
    const [, port, kind] = /^(\d+)\/(tcp|udp)$/.exec(place) ?? []
    if (name === undefined || port === undefined || kind === undefined) continue
    // As the system: of several entries the first counts.
    if (!names.has(place)) names.set(place, name)
    for (const each of [name, ...aliases]) {
      if (!ports.has(`${each}/${kind}`)) ports.set(`${each}/${kind}`, Number(port))
    }
  }
  return { ports, names }
}
