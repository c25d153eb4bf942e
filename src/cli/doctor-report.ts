/**
 * The verdict on a program, for people and for scripts.
 */
import type { Recording } from "../inspect/recording.ts"
import type { SnapshotBlocked } from "../inspect/snapshot.ts"
import { timeText } from "../inspect/analysis/words.ts"
import { verdictOf, type Verdict, type VerdictKind } from "../inspect/analysis/verdict.ts"

export const HEALTHY = 0
export const FINDING = 3

/** What doctor has seen of a program. */
export interface Examined {
  /** What was looked at, such as `slow.ts` or `process 4711`. */
  readonly what: string
  readonly recording: Recording
  /** From when until when it was recorded, in seconds of the host's clock there; missing where only events tell. */
  readonly from?: number
  readonly until?: number
  /** How the program has ended, if it has. */
  readonly exitCode?: number
  /** What has kept its loop, where that was found blocked. */
  readonly blocked?: SnapshotBlocked | undefined
  /** A sentence for each deadlock that was found in the end. */
  readonly deadlocks?: readonly string[]
  /** What the verdict is not about. */
  readonly notes?: readonly string[]
  /** The exit code of Ctrl-C, with which doctor was told to make an end. */
  readonly interrupted?: number
}

const LIMITED: readonly VerdictKind[] = ["cpu", "starved", "lock", "queue", "workers", "collection"]
const WIDTH = 100
const LEAST_WIDTH = 40

/** Prints the verdict; gives the exit code. */
export function report(examined: Examined, json: boolean): number {
  const verdict = judged(examined)
  const finding = isFinding(verdict, examined)
  if (json) console.log(JSON.stringify(jsonOf(examined, verdict, finding)))
  else console.log(textOf(examined, verdict).join("\n"))
  return examined.interrupted ?? (finding ? FINDING : HEALTHY)
}

function judged({ recording, from, until, blocked }: Examined): Verdict {
  const verdict = verdictOf(recording, { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) })
  if (blocked === undefined) return verdict
  const { place, seconds } = blocked
  const where = place === undefined ? "" : ` at ${place.file.replace(/^.*[/\\]/, "")}:${place.line}`
  const evidence = [`${blocked.function} has kept the loop${seconds === undefined ? "" : ` for ${timeText(seconds)}`}${where}, and nothing else runs meanwhile`]
  const next = blocked.advice ?? "give that work to toThread, or divide it with sleep(0)"
  const kind = verdict.kind === "starved" ? "starved" : "cpu"
  return { ...verdict, kind, evidence, next, text: `CPU-bound: ${evidence.join("; ")}. ${next.charAt(0).toUpperCase()}${next.slice(1)}.` }
}

function isFinding(verdict: Verdict, { deadlocks = [] }: Examined): boolean {
  return deadlocks.length > 0 || LIMITED.includes(verdict.kind) || verdict.advice.some(({ saving }) => saving !== undefined)
}

function textOf({ what, recording, exitCode, deadlocks = [], notes = [] }: Examined, verdict: Verdict): string[] {
  const { columns }: Partial<typeof process.stdout> = process.stdout // a pipe has none
  const width = Math.max(LEAST_WIDTH, Math.min(columns ?? WIDTH, WIDTH))
  const others = verdict.advice.filter(({ text, remedy }) => !verdict.text.includes(text) && verdict.next !== remedy)
  const dropped = recording.dropped === 0 ? "" : ` (the last of ${(recording.dropped + recording.events.length).toLocaleString("en")} events)`
  const ended = exitCode === undefined || exitCode === 0 ? "" : `; it ended with exit code ${exitCode}`
  return [
    `${what}${dropped}${ended}`,
    "",
    ...deadlocks.flatMap((sentence) => wrapped(sentence, width)),
    ...wrapped(verdict.text, width),
    ...others.flatMap(({ text }) => ["", ...wrapped(`- ${text}`, width, "  ")]),
    ...notes.flatMap((note) => ["", ...wrapped(`- ${note}.`, width, "  ")]),
  ]
}

function jsonOf({ what, recording, exitCode, deadlocks = [], blocked, notes = [], interrupted }: Examined, verdict: Verdict, finding: boolean): object {
  const { kind, text, evidence, next, shares, advice } = verdict
  return {
    version: 1,
    what,
    finding,
    verdict: kind,
    text,
    evidence,
    next,
    shares,
    advice,
    deadlocks,
    notes,
    ...(interrupted === undefined ? {} : { interrupted: true }),
    ...(blocked === undefined ? {} : { blocked }),
    recorded: { tasks: recording.tasks.length, events: recording.events.length, dropped: recording.dropped },
    ...(exitCode === undefined ? {} : { exitCode }),
  }
}

function wrapped(text: string, width: number, indent = ""): string[] {
  const lines: string[] = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (longer.length <= width || line === "") {
      line = longer
      continue
    }
    lines.push(line)
    line = `${indent}${word}`
  }
  return [...lines, line]
}
