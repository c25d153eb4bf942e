/**
 * What else is worth a sentence: locks held for long, full queues, too few workers, long steps, garbage.
 */
import type { Recording } from "../recording.ts"
import type { Advice } from "./advice-model.ts"
import type { CriticalPath } from "./critical-path.ts"
import type { History } from "./history.ts"
import type { Load, WaitStretch } from "./load.ts"
import { covered, total } from "./stretches.ts"
import { BUSY, LEAST_SECONDS, LONG_STEP, WORTH_TELLING } from "./thresholds.ts"
import { countText, lineOf, nameText, shareText, shortText, timeText } from "./words.ts"

const LOCK = /^(Lock|Semaphore|BoundedSemaphore|Condition)\b(?!\.wait)/

export function isLockWait({ wait }: WaitStretch): boolean {
  return LOCK.test(wait.on)
}

export function isPutWait({ wait }: WaitStretch): boolean {
  return /^(Queue|PriorityQueue|LifoQueue)\.put$/.test(wait.on)
}

/** Waits by what is waited for, those with the longest sum first. */
export function grouped(waits: readonly WaitStretch[]): { readonly name: string; readonly waits: readonly WaitStretch[]; readonly sum: number }[] {
  const names = namesOf(waits)
  const groups = Map.groupBy(waits, ({ wait }) => names.get(wait.place ?? wait.on) ?? wait.on)
  return [...groups].map(([name, waits]) => ({ name, waits, sum: total(waits) })).sort((a, b) => b.sum - a.sum)
}

/** What exactly is waited for is known of some waits only: those of the same line have it too. */
function namesOf(waits: readonly WaitStretch[]): Map<string, string> {
  const names = new Map<string, string>()
  for (const { wait } of waits) {
    const what = wait.on.replace(/\..*$/, "").toLowerCase()
    if (wait.detail?.startsWith("'") === true) names.set(wait.place ?? wait.on, shortText(`${what} ${wait.detail}`))
  }
  for (const { wait } of waits) {
    const key = wait.place ?? wait.on
    if (!names.has(key)) names.set(key, shortText(`a ${wait.on.replace(/\..*$/, "").toLowerCase()}`))
  }
  return names
}

export function longLocks(history: History, load: Load): Advice[] {
  const found: Advice[] = []
  for (const { name, waits, sum } of grouped(load.waitsOf(isLockWait))) {
    const contended = covered(waits)
    if (contended < Math.max(LEAST_SECONDS, WORTH_TELLING * load.length)) continue
    const held = heldAcross(history, load, waits)
    const place = held?.wait.place ?? waits[0]?.wait.place
    const remedy =
      held === undefined
        ? "hold it for less, and not across awaits"
        : `${nameText(history.tasks.get(held.task))} held it across its await of ${shortText(held.wait.on)}${atText(held.wait.place)} (${timeText(held.to - held.from)}): do that before or after`
    found.push({
      id: "lock-held",
      ...sentence(`${countText(waits.length, "wait")} for ${name} took ${timeText(sum)}, and for ${shareText(contended / load.length)} of the time somebody stood in its line`, remedy),
      ...(held === undefined ? {} : { task: held.task, from: held.from, to: held.to }),
      ...(place === undefined ? {} : { place }),
      ...linesOf(place),
      seconds: sum,
      total: load.length,
    })
  }
  return found
}

/** The longest wait of one who released the lock to another, within the time that this one stood in line. */
function heldAcross(history: History, load: Load, waits: readonly WaitStretch[]): WaitStretch | undefined {
  const ofTask = Map.groupBy(load.waits, ({ task }) => task)
  let longest: WaitStretch | undefined
  let most = 0
  for (const { at, end, from, to } of waits.slice(0, 1000)) {
    const cause = end === undefined ? undefined : history.cause(end, at)
    if (cause?.kind !== "woken") continue
    const { task } = history.step(cause.at)
    for (const wait of ofTask.get(task) ?? []) {
      const within = Math.min(to, wait.to) - Math.max(from, wait.from)
      if (within <= most || isLockWait(wait)) continue
      most = within
      longest = wait
    }
  }
  return longest
}

export function fullQueues(history: History, load: Load): Advice[] {
  const found: Advice[] = []
  for (const { name, waits, sum } of grouped(load.waitsOf(isPutWait))) {
    const full = covered(waits)
    if (full < Math.max(LEAST_SECONDS, WORTH_TELLING * load.length)) continue
    const [first] = waits
    const takers = new Set<number>()
    for (const { at, end } of waits) {
      const cause = end === undefined ? undefined : history.cause(end, at)
      if (cause?.kind === "woken") takers.add(history.step(cause.at).task)
    }
    const names = [...takers].slice(0, 3).map((id) => nameText(history.tasks.get(id)))
    const who = names.length === 0 ? "whoever takes from it" : names.join(", ") + (takers.size > 3 ? ` and ${takers.size - 3} others` : "")
    found.push({
      id: "queue-full",
      ...sentence(
        `${name} was full for ${shareText(full / load.length)} of the time, and ${countText(waits.length, "put")} waited ${timeText(sum)}: ${who} ${takers.size === 1 ? "takes" : "take"} too slowly`,
        "take from it in more tasks, or let it hold more if items come in bursts",
      ),
      ...(first?.wait.place === undefined ? {} : { place: first.wait.place }),
      ...linesOf(first?.wait.place),
      seconds: sum,
      total: load.length,
    })
  }
  return found
}

export function fewWorkers({ pools }: Recording, load: Load): Advice[] {
  const line = covered(load.queued)
  if (pools === undefined || line < Math.max(LEAST_SECONDS, WORTH_TELLING * load.length)) return []
  const workers = new Set(pools.jobs.flatMap(({ worker }) => (worker === undefined ? [] : [worker]))).size
  const waited = total(load.queued)
  return [
    {
      id: "few-workers",
      ...sentence(
        `jobs stood in line for ${countText(workers, "worker")} during ${shareText(line / load.length)} of the time, ${timeText(waited)} added up`,
        "allow more workers if the machine has cores to spare, or make the jobs smaller",
      ),
      seconds: waited,
      total: load.length,
    },
  ]
}

/** A task whose long steps others had to wait out. */
export function slowTasks(history: History, load: Load): Advice[] {
  const found: Advice[] = []
  for (const { task, ran, longest, heldUp } of load.holds()) {
    const length = longest.to - longest.from
    if (length < LONG_STEP || heldUp < Math.max(LEAST_SECONDS, WORTH_TELLING * load.length)) continue
    const place = lastPlaceBefore(history, longest)
    found.push({
      id: "starving",
      ...sentence(
        `${nameText(history.tasks.get(task))} ran for ${timeText(ran)}, up to ${timeText(length)} without a pause${place === undefined ? "" : `, after its await${atText(place)}`}, ` +
          `while others that were ready waited ${timeText(heldUp)}`,
        "give that work to toThread, or divide it with sleep(0)",
      ),
      task,
      ...(place === undefined ? {} : { place }),
      ...linesOf(place),
      from: longest.from,
      to: longest.to,
      seconds: heldUp,
      total: load.length,
    })
  }
  return found.slice(0, 3)
}

function lastPlaceBefore(history: History, { task, from }: { readonly task: number; readonly from: number }): string | undefined {
  const at = history.beforeTime(task, from, history.steps.length)
  for (let own = at; own !== undefined; own = history.previous(own)) {
    const step = history.step(own)
    if (step.kind === "parked") return step.place
  }
  return undefined
}

/** Turns in line on the way to the end. */
export function lateTurns(load: Load, path: CriticalPath | undefined): Advice[] {
  if (path === undefined) return []
  const late = path.segments.filter(({ state }) => state === "ready")
  const seconds = total(late)
  const whole = path.to - path.from
  if (seconds < Math.max(LEAST_SECONDS, WORTH_TELLING * whole) || covered(load.running) < BUSY * load.length) return []
  return [
    {
      id: "late",
      ...sentence(
        `for ${timeText(seconds)} of ${timeText(whole)} on the way to its end the program was ready, and waited for its turn while other code ran`,
        "give computations to toThread",
      ),
      seconds,
      total: whole,
    },
  ]
}

export function muchGarbage(load: Load): Advice[] {
  const seconds = covered(load.collections)
  if (seconds < Math.max(LEAST_SECONDS, WORTH_TELLING * load.length)) return []
  return [
    {
      id: "collections",
      ...sentence(
        `${countText(load.collections.length, "collection")} of garbage took ${timeText(seconds)} of ${timeText(load.length)}`,
        "make fewer objects that live for a while, or keep less; node --heap-prof shows where they are made",
      ),
      seconds,
      total: load.length,
    },
  ]
}

function sentence(finding: string, remedy: string): { readonly text: string; readonly remedy: string } {
  return { text: `${finding.charAt(0).toUpperCase()}${finding.slice(1)}: ${remedy}.`, remedy }
}

function atText(place: string | undefined): string {
  const line = place === undefined ? undefined : lineOf(place)
  return line === undefined ? "" : ` at ${line.file}:${line.line}`
}

function linesOf(place: string | undefined): { readonly lines?: string } {
  const line = place === undefined ? undefined : lineOf(place)
  return line === undefined ? {} : { lines: `${line.file}:${line.line}` }
}
