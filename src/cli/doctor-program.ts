/**
 * Runs a program with a recorder on, for doctor.
 */
import type { ChildProcess } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join, resolve } from "node:path"

import { Attached } from "../inspect/attach/attach-node.ts"
import type { Examined } from "./doctor-report.ts"
import { CannotExamine } from "./doctor-mistake.ts"
import { runProgram } from "./run-program.ts"
import { EXAMINE, RECORDING, RECORD_FOR, type Recorded } from "./settings.ts"

/** Seconds that a program has after its time, before it is looked into from outside. */
const GRACE = 2
/** So often, before it is ended. */
const LOOKS = 5
const POLL_MS = 50

/** @throws CannotExamine */
export async function examineProgram(file: string, programArguments: readonly string[], seconds: number | undefined, quiet: boolean): Promise<Examined> {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-"))
  const recording = join(folder, "recording.json")
  let timer: NodeJS.Timeout | undefined
  let looked: Promise<Examined["blocked"]> | undefined
  const started = (child: ChildProcess): void => {
    if (seconds === undefined) return
    const wait = (): void => {
      // The program makes the file when its time begins.
      if (!existsSync(recording)) timer = setTimeout(wait, POLL_MS)
      else timer = setTimeout(look, (seconds + GRACE) * 1000)
    }
    const look = (): void => {
      looked = lookAndEnd(child)
    }
    wait()
  }
  try {
    const exitCode = await runProgram({
      file: resolve(file),
      arguments: programArguments,
      env: { ...process.env, [RECORDING]: recording, [EXAMINE]: "1", ...(seconds === undefined ? {} : { [RECORD_FOR]: String(seconds) }) },
      ...(quiet ? { stdout: 2 } : {}),
      started,
    })
    const recorded = read(recording)
    const what = basename(file)
    const blocked = await looked
    if (recorded !== undefined) return { what, recording: recorded.recording, until: recorded.ended, ...(recorded.stopped === true ? {} : { exitCode }) }
    if (blocked !== undefined) return { what, recording: { tasks: [], events: [], dropped: 0 }, blocked }
    throw new CannotExamine(`${file} was ended before it could write down what it did: give it less time, such as --for=5, or look at it while it runs with doctor PID`)
  } finally {
    clearTimeout(timer)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What keeps the loop of a program whose time is over and which does not end; ends it then. */
async function lookAndEnd(child: ChildProcess): Promise<Examined["blocked"]> {
  for (let left = LOOKS; left > 0 && child.exitCode === null && child.signalCode === null; left -= 1) {
    const blocked = await blockedIn(child.pid ?? 0)
    if (blocked !== undefined || left === 1) {
      child.kill("SIGKILL")
      return blocked
    }
    // It may still be loading, or be busy with its own end; nothing tells when that is over.
    await new Promise((resolve) => setTimeout(resolve, GRACE * 1000))
  }
  return undefined
}

async function blockedIn(pid: number): Promise<Examined["blocked"]> {
  try {
    const attached = await Attached.to(pid)
    try {
      const { blocked } = await attached.snapshot({ lines: false })
      // Node's own files have names without a folder: the program is being loaded.
      return /[/\\]/.test(blocked?.place?.file ?? "") ? blocked : undefined
    } finally {
      await attached.close()
    }
  } catch {
    return undefined
  }
}

function read(file: string): Recorded | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Recorded // written by the preload
  } catch {
    return undefined
  }
}
