/**
 * Where the sockets of programs that can be looked into are: a folder that only their user can enter.
 *
 * Containers may share it, each with numbers of its own for processes: so a name tells the space of
 * the number, and only a socket that nobody listens on is cleared away, whoever seems to run or not.
 */
import { lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { isAlive } from "./process-facts-node.ts"
import { numberInSpace, ownSpace } from "./process-space-node.ts"

/** A socket; or what door-lock-node.ts leaves there for a moment. */
const NAME = /^(\d+)(?:-(\d+))?\.(sock|door)$/
/** Milliseconds after which a mark of door-lock-node.ts is taken for one that was left. */
const DOOR_MS = 60_000
/** Milliseconds that a socket may take to refuse; one that takes longer is somebody's. */
const REFUSING_MS = 1000

interface Entry {
  readonly pid: number
  readonly space: string
  readonly kind: string
  readonly path: string
}

/** The folder; not made, and not looked at. */
export function socketFolder(): string {
  const { XDG_RUNTIME_DIR: runtime } = process.env
  if (runtime !== undefined && runtime !== "") return join(runtime, "asyncio-ts")
  // Others may write into the temporary directory too, so the folder is checked before it is used.
  return join(tmpdir(), `asyncio-ts-${process.getuid?.() ?? "user"}`)
}

/**
 * Makes the folder.
 *
 * @throws Error if somebody else has made it, or could enter it
 */
export function prepareFolder(folder = socketFolder()): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!isOwn(folder)) throw new Error(`cannot open a socket in ${folder}: it is not a folder that only you can enter (chmod 700); give a path of your own`)
  return folder
}

/** Clears away what programs left that could not do so themselves. */
export async function tidyFolder(folder = socketFolder()): Promise<void> {
  const left = entries(folder).filter(({ pid, space }) => space !== ownSpace() || !isAlive(pid))
  await Promise.all(
    left.map(async ({ kind, path }) => {
      if (kind === "door" ? isOld(path) : await isDead(path)) rmSync(path, { force: true })
    }),
  )
}

/** The path of the socket of `pid`, by its default name. */
export function socketPath(pid: number): string {
  return join(socketFolder(), `${nameOf(pid)}.sock`)
}

/** What the files of `pid` are called there; the same from whichever container. */
export function nameOf(pid: number): string {
  const { pid: number, space } = numberInSpace(pid)
  return space === "" ? String(number) : `${number}-${space}`
}

/** The socket of `pid`, if it has opened one under the default name. */
export function socketOf(pid: number): string | undefined {
  const path = socketPath(pid)
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true && isOwn(socketFolder()) ? path : undefined
}

/** The running programs that have opened one, of those whose numbers are numbers here. */
export function openSockets(): readonly { readonly pid: number; readonly path: string }[] {
  const folder = socketFolder()
  if (!isOwn(folder)) return []
  return entries(folder).filter(({ pid, space, kind }) => kind === "sock" && space === ownSpace() && isAlive(pid))
}

function entries(folder: string): readonly Entry[] {
  return readdirSync(folder).flatMap((name) => {
    const [, pid, space = "", kind = ""] = NAME.exec(name) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), space, kind, path: join(folder, name) }]
  })
}

function isOld(path: string): boolean {
  const changed = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
  return Date.now() - changed > DOOR_MS
}

/** Whether nobody listens on it any more. */
function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const end = (dead: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(dead)
    }
    const timer = setTimeout(() => end(false), REFUSING_MS)
    socket.once("connect", () => end(false))
    // Any other error says nothing of whoever made it.
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code === "ECONNREFUSED"))
  })
}

function isOwn(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat?.isDirectory() !== true) return false
  // Windows has neither.
  return process.getuid === undefined || (stat.uid === process.getuid() && (stat.mode & 0o077) === 0)
}
