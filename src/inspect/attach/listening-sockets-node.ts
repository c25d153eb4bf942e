/**
 * Which TCP sockets a process has, as Linux tells.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs"

export interface ListeningSocket {
  readonly port: number
  readonly inode: string
  /** Reached only from this machine. */
  readonly loopback: boolean
}

const ESTABLISHED = "01"
const LISTENS = "0A"
const LOOPBACK = /^(0100007F|00000000000000000000000001000000|0000000000000000FFFF00000100007F)$/

interface Row {
  readonly address: string
  readonly port: number
  readonly state: string
  readonly inode: string
}

/** The sockets that `pid` listens on; none where its files may not be seen. */
export function listeningSockets(pid: number): readonly ListeningSocket[] {
  const rows = rowsOf(pid).filter(({ state }) => state === LISTENS)
  if (rows.length === 0) return []
  const own = socketsOf(pid)
  return rows.filter(({ inode }) => own.has(inode)).map(({ address, port, inode }) => ({ port, inode, loopback: LOOPBACK.test(address) }))
}

/** Whether anybody in the network of `pid` listens on `port`. */
export function isTaken(pid: number, port: number): boolean {
  return rowsOf(pid).some((row) => row.state === LISTENS && row.port === port)
}

/** Whether a port of `pid` is one of ours: a container has a network of its own. */
export function sharesNetwork(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync("/proc/self/ns/net")
  } catch {
    // Not told: then the port itself tells who is there.
    return true
  }
}

/** How many connections `pid` has accepted on `port`. */
export function connectionsTo(pid: number, port: number): number {
  const rows = rowsOf(pid).filter((row) => row.state === ESTABLISHED && row.port === port)
  const own = socketsOf(pid)
  return rows.filter(({ inode }) => own.has(inode)).length
}

function socketsOf(pid: number): ReadonlySet<string> {
  const inodes = new Set<string>()
  const folder = `/proc/${pid}/fd`
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return inodes
  }
  for (const name of names) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1]
      if (inode !== undefined) inodes.add(inode)
    } catch {
      // Closed meanwhile.
    }
  }
  return inodes
}

function rowsOf(pid: number): readonly Row[] {
  return ["tcp", "tcp6"].flatMap((table) => {
    let text: string
    try {
      text = readFileSync(`/proc/${pid}/net/${table}`, "utf8")
    } catch {
      return []
    }
    return text.trimEnd().split("\n").slice(1).map((line) => {
      const [, local = "", , state = "", , , , , , inode = ""] = line.trim().split(/\s+/)
      const [address = "", port = "0"] = local.split(":")
      return { address, port: Number.parseInt(port, 16), state, inode }
    })
  })
}
