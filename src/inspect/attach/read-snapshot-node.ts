/**
 * Gets a snapshot out of a process: in pieces while its loop goes round, at once where it is blocked.
 */
import type { Snapshot, SnapshotBlocked } from "../snapshot.ts"
import { parseSnapshot } from "../snapshot/snapshot-text.ts"
import { describe } from "../watchdog/blocked.ts"
import type { RunningFrame } from "../watchdog/program-frame.ts"
import { AttachError } from "./attach-error.ts"
import type { Look, Question, Target } from "./target.ts"

export interface ReadOptions {
  /** Whether to take the lines of awaits: true unless said. */
  readonly lines?: boolean | undefined
  /** Seconds until a process that does not answer is given up: 5 unless said. */
  readonly limit?: number | undefined
}

/** A loop that has not gone round for so many seconds counts as blocked. */
const BLOCKED = 0.1
/** Code units at a time. */
const SLICE = 0x4_0000
const LIMIT = 5

/** @throws AttachError */
export async function readSnapshot(target: Target, { lines = true, limit = LIMIT }: ReadOptions = {}): Promise<Snapshot> {
  const began = now()
  const first = await look(target, limit)
  const question: Question = { ask: "prepare", options: { lines } }
  const prepared = target.ask(question, limit)
  // Answered after nobody waits for it any more.
  prepared.catch(() => undefined)
  // Code that was found running may be an ordinary turn of the loop, or never end.
  let ready = await within(prepared, BLOCKED)
  while (ready === LATE) {
    const later = await look(target, limit)
    if (later.calls.length > 0 && !describesItself(later) && (later.rounds ?? first.rounds) === first.rounds) {
      const what = blocked(later, now() - began)
      return { ...(await atOnce(target, lines, limit)), blocked: what }
    }
    if (now() - began > limit) throw new AttachError("no answer", `process ${target.pid} answers, but was too busy to describe its tasks within ${limit} s: give it longer with --timeout`)
    ready = await within(prepared, BLOCKED)
  }
  return inPieces(target, ready, limit)
}

async function look(target: Target, limit: number): Promise<Look> {
  return (await target.ask({ ask: "look" }, limit)) as Look // what the question promises
}

async function atOnce(target: Target, lines: boolean, limit: number): Promise<Snapshot> {
  return parsed(target, await target.ask({ ask: "snapshot", options: { lines } }, limit))
}

async function inPieces(target: Target, prepared: unknown, limit: number): Promise<Snapshot> {
  return parsed(target, prepared === undefined ? undefined : await readText(target, prepared, limit))
}

/** A text that the process keeps, a part at a time: between them its program goes on. */
export async function readText(target: Target, kept: unknown, limit: number): Promise<string> {
  const { id, length } = kept as { id: number; length: number } // what prepareJson and stopRecording give
  const read = (from: number): Promise<unknown> => target.ask({ ask: "read", id, from, to: Math.min(from + SLICE, length) }, limit)
  const pieces: unknown[] = []
  // While one is taken apart here, the process puts the next together.
  let next = length > 0 ? read(0) : undefined
  for (let from = SLICE; next !== undefined; from += SLICE) {
    const piece = next
    next = from < length ? read(from) : undefined
    // Whoever waits for the one before may have given up.
    next?.catch(() => undefined)
    pieces.push(await piece)
  }
  return pieces.join("")
}

function parsed(target: Target, text: unknown): Snapshot {
  if (typeof text !== "string") throw new AttachError("no library", noLibrary(target.pid))
  if (text === "") throw new AttachError("no answer", `process ${target.pid} has given up its description of the tasks before it was read: try again`)
  try {
    return parseSnapshot(text)
  } catch (error) {
    throw new AttachError("no answer", `process ${target.pid} cannot describe its tasks: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

export function noLibrary(pid: number): string {
  return `process ${pid} is Node, but does not use asyncio-ts, or a version of it that cannot be looked into`
}

/** Whether what runs is the answer: on a machine that stands still meanwhile it takes as long as what blocks. */
function describesItself({ calls, home = [] }: Look): boolean {
  return calls.some(({ file }) => home.some((folder) => file.includes(`${folder}inspect/snapshot/`)))
}

/** What runs in a program whose loop does not go round. */
function blocked({ calls, home = [] }: Look, seconds: number): SnapshotBlocked {
  const frames = calls.map(({ function: name, type, ...at }): RunningFrame => ({ ...at, name, ...(type === undefined || type === null ? {} : { type }) }))
  const seen = describe({ frames }, true, home, [])
  // A bundler may have put the program into the same folder.
  const { function: name, place, call, advice } = seen.place === undefined ? describe({ frames }, true, [], []) : seen
  return {
    function: name === "" ? "an unnamed function" : name,
    ...(place === undefined ? {} : { place }),
    ...(call === undefined ? {} : { call }),
    seconds,
    ...(advice === undefined ? {} : { advice }),
  }
}

const LATE = Symbol("late")

/** What `promise` gives, or `LATE` after `seconds`. */
function within(promise: Promise<unknown>, seconds: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(LATE), seconds * 1000)
    promise.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

function now(): number {
  return performance.now() / 1000
}
