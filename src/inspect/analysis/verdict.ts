/**
 * What limits a program, in one paragraph.
 */
import type { RecordedPause, Recording } from "../recording.ts"
import { adviceFor, type Advice } from "./advice.ts"
import { pathIn, type CriticalPath, type CriticalPathOptions } from "./critical-path.ts"
import { grouped, isLockWait, isPutWait } from "./findings.ts"
import { History } from "./history.ts"
import { Load, type Hold, type WaitStretch } from "./load.ts"
import { oneClock, type OneClock } from "./one-clock.ts"
import { covered, total } from "./stretches.ts"
import { ACTIVE, BUSY, CONTENDED, HELD_UP, LEAST_RECORDED, LONG_STEP, OF_GARBAGE, OF_ONE_TASK, OF_WAITING } from "./thresholds.ts"
import { countText, lineOf, nameText, shareText, shortText, timeText } from "./words.ts"

/**
 * `io`: it waits for the host. `cpu`: its code takes the thread's time. `starved`: the code of one task does, and others wait
 * for it. `lock`, `queue`, `workers`: they wait in line for a lock, for room in a queue, for a worker.
 * `collection`: for the collector of garbage. `idle`: there is nothing to do.
 */
export type VerdictKind = "io" | "cpu" | "starved" | "lock" | "queue" | "workers" | "collection" | "idle" | "unknown"

/** What limits a program. */
export interface Verdict {
  /** Stays the same from version to version. */
  readonly kind: VerdictKind
  /** One paragraph: the verdict, the evidence, the next step. */
  readonly text: string
  readonly evidence: readonly string[]
  /** What to do next. */
  readonly next: string
  /** The parts of the time: that code ran, that garbage was collected, and that at least one waited for each of the others. */
  readonly shares: VerdictShares
  readonly advice: readonly Advice[]
}

/** What the program spent its time on, as parts of the whole. */
export interface VerdictShares {
  readonly running: number
  readonly collections: number
  readonly io: number
  readonly locks: number
  readonly queues: number
  readonly workers: number
  /** That jobs ran in workers. */
  readonly jobs: number
}

/** Which time of a program is looked at. */
export interface VerdictOptions extends CriticalPathOptions {
  /** From when on it was recorded, in seconds of the host's clock; by default from the first event. */
  readonly from?: number
}

/**
 * What limits a recorded program: its code, one task's code, the host, a lock, a full queue, its workers,
 * the collector, or nothing.
 *
 * @param options - `until` for a program that did not end: until when it was recorded
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Recorder, verdictOf } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.sleep(0.05))
 * recorder.stop()
 *
 * console.log(verdictOf(recorder.recording()).kind) // -> idle
 * ```
 */
export function verdictOf(recording: Recording, options: VerdictOptions = {}): Verdict {
  return verdictWithPath(recording, options).verdict
}

/** The same with the path that the advice is about, for whoever wants both of a long recording. */
export function verdictWithPath(recording: Recording, options: VerdictOptions = {}): { readonly verdict: Verdict; readonly path: CriticalPath | undefined } {
  return judge(oneClock(recording, options))
}

function judge({ recording, options }: OneClock<VerdictOptions>): { readonly verdict: Verdict; readonly path: CriticalPath | undefined } {
  const history = new History(recording)
  const load = new Load(recording, history, options)
  const path = pathIn(history, options)
  const advice = adviceFor(recording, history, load, path)
  const facts = factsOf(load)
  const kind = load.length < LEAST_RECORDED ? "unknown" : kindOf(facts)
  const { evidence, next } = wordsFor(kind, facts, history, advice)
  const more = advice.find(({ id, remedy }) => remedy !== next && (id === "awaits-in-a-row" || kind === "idle"))
  const text = `${capital(HEADS[kind])}: ${evidence.join("; ")}. ${capital(next)}.${more === undefined ? "" : ` ${more.text}`}`
  return { verdict: { kind, text, evidence, next, shares: facts.shares, advice }, path }
}

interface Facts {
  readonly load: Load
  readonly shares: VerdictShares
  readonly holds: readonly Hold[]
  readonly io: readonly WaitStretch[]
  readonly locks: readonly WaitStretch[]
  readonly puts: readonly WaitStretch[]
}

function factsOf(load: Load): Facts {
  const io = load.waitsOf((wait) => wait.class === "operation" || wait.class === "more")
  const locks = load.waitsOf(isLockWait)
  const puts = load.waitsOf(isPutWait)
  const part = (seconds: number): number => (load.length > 0 ? seconds / load.length : 0)
  const shares: VerdictShares = {
    running: part(covered([...load.running, ...load.callbacks, ...load.blocked])),
    collections: part(covered(load.collections)),
    io: part(covered(io)),
    locks: part(covered(locks)),
    queues: part(covered(puts)),
    workers: part(covered(load.queued)),
    jobs: part(covered(load.jobs)),
  }
  return { load, shares, holds: load.holds(), io, locks, puts }
}

function kindOf(facts: Facts): VerdictKind {
  const { load, shares, holds, io, locks, puts } = facts
  if (shares.running >= BUSY || shares.collections >= BUSY) {
    if (shares.collections >= OF_GARBAGE * Math.max(shares.running, shares.collections)) return "collection"
    return starving(load, shares, holds) === undefined ? "cpu" : "starved"
  }
  const inLine = [
    { kind: "lock", share: shares.locks, sum: total(locks) },
    { kind: "queue", share: shares.queues, sum: total(puts) },
    { kind: "workers", share: shares.workers, sum: total(load.queued) },
  ] as const
  const jobs = total(load.jobs)
  const all = inLine.reduce((sum, line) => sum + line.sum, total(io) + jobs)
  const most = [...inLine].sort((a, b) => b.sum - a.sum).find(({ share, sum }) => share >= CONTENDED && sum >= OF_WAITING * all)
  if (most !== undefined) return most.kind
  // Locks and queues that are not what limits do not make it wait for the host.
  if (covered([...io, ...load.jobs]) < ACTIVE * load.length) return "idle"
  return jobs > total(io) ? "workers" : "io"
}

/** The task for whose steps others wait. */
function starving(load: Load, shares: VerdictShares, holds: readonly Hold[]): Hold | undefined {
  return holds.find(
    ({ ran, heldUp, longest }) =>
      ran >= OF_ONE_TASK * shares.running * load.length && heldUp >= HELD_UP * load.length && longest.to - longest.from >= LONG_STEP,
  )
}

const HEADS: Readonly<Record<VerdictKind, string>> = {
  io: "I/O-bound",
  cpu: "CPU-bound",
  starved: "starved by one task",
  lock: "limited by a lock",
  queue: "limited by a queue",
  workers: "limited by its workers",
  collection: "limited by garbage collection",
  idle: "idle",
  unknown: "too short to tell",
}

interface Words {
  readonly evidence: readonly string[]
  readonly next: string
}

function wordsFor(kind: VerdictKind, facts: Facts, history: History, advice: readonly Advice[]): Words {
  const { load, shares, holds, io, locks, puts } = facts
  const length = timeText(load.length)
  const ran = `code ran for ${shareText(shares.running)} of ${length}`
  const say = (id: Advice["id"], otherwise: string): string => advice.find((advice) => advice.id === id)?.remedy ?? otherwise
  switch (kind) {
    case "unknown":
      return { evidence: [`${length} were recorded`], next: "record it for longer, while it has something to do" }
    case "idle": {
      const longest = grouped(load.waitsOf((wait) => wait.class !== "tasks"))[0]?.waits[0]?.wait.on
      const waits = longest === undefined ? "" : `, and most of its waiting is for ${shortText(longest)}`
      return { evidence: [ran + waits], next: "there is nothing to mend as long as it is idle; look again while it is slow" }
    }
    case "cpu": {
      const [most] = [...holds].sort((a, b) => b.ran - a.ran)
      const who = most === undefined ? [] : [`most of it in ${nameText(history.tasks.get(most.task))}, ${timeText(most.ran)}`]
      const otherwise = "give computations to toThread or a pool of workers; --watchdog and node --cpu-prof name the lines"
      return { evidence: [ran, ...who, ...blockedText(load)], next: longestBlock(load)?.advice ?? otherwise }
    }
    case "starved": {
      const hold = starving(load, shares, holds)
      const who = nameText(history.tasks.get(hold?.task ?? 0))
      const evidence = [ran, `${timeText(hold?.ran ?? 0)} of it in ${who}`, `others that were ready waited ${timeText(hold?.heldUp ?? 0)} for it`]
      return { evidence: [...evidence, ...blockedText(load)], next: longestBlock(load)?.advice ?? say("starving", `give what ${who} computes to toThread`) }
    }
    case "collection":
      return {
        evidence: [ran, `${countText(load.collections.length, "collection")} took ${shareText(shares.collections)} of the time`],
        next: say("collections", "make fewer objects that live for a while; node --heap-prof shows where they are made"),
      }
    case "lock": {
      const evidence = [`for ${shareText(shares.locks)} of ${length} somebody waited for ${grouped(locks)[0]?.name ?? "a lock"}`, ran]
      return { evidence, next: say("lock-held", "hold it for less, and not across awaits") }
    }
    case "queue": {
      const evidence = [`${grouped(puts)[0]?.name ?? "a queue"} was full for ${shareText(shares.queues)} of ${length}`, ran]
      return { evidence, next: say("queue-full", "let more tasks take from it") }
    }
    case "workers": {
      const evidence = [`jobs stood in line for ${shareText(shares.workers)} of ${length} and ran for ${shareText(shares.jobs)}`, ran]
      return { evidence, next: say("few-workers", "the jobs themselves take the time: give several at once, or make them smaller") }
    }
    case "io": {
      const [most] = grouped(io)
      const what = most === undefined ? [] : [`most of its waiting is for ${waitedFor(most.waits[0]?.wait.on)}, ${countText(most.waits.length, "wait")} and ${timeText(most.sum)} in all`]
      const side = `${(total(io) / Math.max(covered(io), 1e-9)).toFixed(1)} operations at a time while any is open`
      return { evidence: [ran, ...what, side], next: "begin more operations at once, or make them quicker at the other end" }
    }
  }
}

function waitedFor(on = "the host"): string {
  return on === "promise" ? "promises that are not of this library" : shortText(on)
}

function longestBlock({ blocked }: Load): RecordedPause | undefined {
  return [...blocked].sort((a, b) => b.to - b.from - (a.to - a.from))[0]
}

/** What a watchdog has told of the longest time that the loop was blocked. */
function blockedText(load: Load): string[] {
  const longest = longestBlock(load)
  if (longest === undefined) return []
  const { what, place, from, to } = longest
  const line = place === undefined ? undefined : lineOf(place)
  return [`${what === undefined ? "code" : `'${shortText(what)}'`}${line === undefined ? "" : ` at ${line.file}:${line.line}`} blocked the loop for ${timeText(to - from)}`]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
