/**
 * Runs programs that block in this process, and looks whether the watchdog says where.
 */
import * as asyncio from "asyncio-ts"
import { spawn, execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import type { Blocked } from "#src/inspect/watchdog/blocked.ts"
import { startWatchdog } from "#src/inspect/watchdog/watchdog-node.ts"
import type { BlockerProgram, Kind } from "./blocker-programs.ts"
import { LIMITS } from "./limits.ts"

/** What a program gets from here. */
interface Given {
  readonly asyncio: typeof asyncio
  readonly files: { large(scale: number): string; readonly small: string; fifo(milliseconds: number): string; late(milliseconds: number): string }
  readonly data: Record<string, unknown>
  jsonText(characters: number): string
  items(count: number): unknown[]
  numbers(count: number): number[]
  words(count: number): string[]
  began(): void
}

declare global {
  var blockers: Given
}

interface Program {
  prepare(scale: number): void
  start(): unknown
}

/** What was found out about one program. */
export interface Finding {
  readonly kind: Kind
  /** Seconds that it blocked. */
  readonly blocked: number
  readonly found: Blocked | undefined
  readonly line: boolean
  readonly call: boolean
  readonly function: boolean
  readonly task: boolean
  /** Seconds after the threshold; Infinity if it was not named. */
  readonly late: number
  /** Seconds by which the length that was told at the end is wrong; Infinity if none was told. */
  readonly length: number
  readonly program: BlockerProgram
}

const LARGEST = 32
/** Times 5 ms, to wait for what is told. */
const MESSAGES = 200
const BYTES = 60_000_000

export interface RunOptions {
  /** Seconds. */
  readonly threshold?: number
  /** How large the first attempt is. */
  readonly scale?: number
  /** Called after each. */
  readonly tell?: (finding: Finding) => void
}

/** Runs each in turn. */
export async function runBlockers(programs: readonly BlockerProgram[], { threshold = LIMITS.threshold, scale = 1, tell = () => {} }: RunOptions = {}): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-blockers-"))
  const seen: { blocked: Blocked[]; over: Blocked[] } = { blocked: [], over: [] }
  const watchdog = startWatchdog({ threshold, report: false, onBlocked: (b) => seen.blocked.push(b), onOver: (b) => seen.over.push(b) })
  try {
    await watchdog.ready
    const times: number[] = []
    globalThis.blockers = given(folder, times, threshold)
    const findings: Finding[] = []
    for (const [index, program] of programs.entries()) {
      const finding = await runOne(program, join(folder, `program-${index}.ts`), times, seen, threshold, scale)
      findings.push(finding)
      tell(finding)
    }
    return findings
  } finally {
    watchdog.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runOne(program: BlockerProgram, file: string, times: number[], seen: { blocked: Blocked[]; over: Blocked[] }, threshold: number, first: number): Promise<Finding> {
  writeFileSync(file, program.source)
  const url = pathToFileURL(file).href
  const { prepare, start } = (await import(url)) as Program // what blocker-programs.ts writes
  for (let scale = first; ; scale *= 2) {
    prepare(scale)
    await pause(threshold * 1000)
    times.length = 0
    seen.blocked.length = 0
    seen.over.length = 0
    start()
    while (times.length < 2) await pause(5)
    await pause(threshold * 1000)
    const [began = 0, ended = 0] = times
    globalThis.blockers.data["text"] = globalThis.blockers.data["items"] = undefined
    const blocked = ended - began
    if (blocked < threshold + LIMITS.beyond && scale < LARGEST) continue
    // Of the stretch that it is: what came before was seen with nobody watching it.
    const during = ({ from, seconds }: Blocked): boolean => from + seconds > began && from < ended
    // On a busy machine its thread may come to tell of it long after it has written it down; when that was is in what it tells.
    for (let waits = 0; waits < MESSAGES && !seen.over.some(during); waits += 1) await pause(5)
    const found = seen.blocked.findLast(during)
    const over = seen.over.find(({ id }) => id === found?.id)
    const nameOf = found?.function.split(".").at(-1)
    return {
      kind: program.kind,
      blocked,
      found,
      line: found?.place?.file === url && program.lines.includes(found.place.line),
      call: program.call === undefined || found?.call === program.call,
      function: nameOf !== undefined && program.functions.some((name) => name.replace("get ", "") === nameOf.replace("get ", "")),
      task: found?.task === program.task,
      late: found === undefined ? Infinity : found.from + found.seconds - began - threshold,
      length: over === undefined ? Infinity : Math.abs(over.seconds - blocked),
      program,
    }
  }
}

function given(folder: string, times: number[], threshold: number): Given {
  const large = new Map<number, string>()
  const small = join(folder, "small.txt")
  writeFileSync(small, "tea ".repeat(1000))
  let pipes = 0
  const pipe = (script: string): string => {
    pipes += 1
    const path = join(folder, `pipe-${pipes}`)
    execFileSync("mkfifo", [path])
    spawn("sh", ["-c", script, path], { stdio: "ignore" }).unref()
    return path
  }
  const items = (count: number): unknown[] => Array.from({ length: Math.ceil(count / 20) }, (_, i) => ({ id: i, tea: `tea ${i}`, cups: i % 7 }))
  return {
    asyncio,
    data: {},
    items,
    jsonText: (characters) => JSON.stringify(items(characters * 5)),
    numbers: (count) => Array.from({ length: count }, (_, i) => (i * 7919) % 1_000_003),
    words: (count) => Array.from({ length: count }, (_, i) => `tea ${(i * 7919) % 1_000_003}`),
    began: () => void times.push(performance.now() / 1000),
    files: {
      small,
      large(scale) {
        const path = large.get(scale) ?? join(folder, `large-${scale}.txt`)
        if (!large.has(scale)) writeFileSync(path, "é".repeat((BYTES / 2) * scale))
        large.set(scale, path)
        return path
      },
      // Somebody opens it at once, which waits for who reads, and writes after a while.
      fifo: (milliseconds) => pipe(`exec 3> "$0"; sleep ${milliseconds / 1000}; echo tea >&3`),
      // Somebody opens it only after a while, so that to open it for reading takes until then.
      late: (milliseconds) => pipe(`sleep ${threshold + milliseconds / 1000}; echo tea > "$0"`),
    },
  }
}
