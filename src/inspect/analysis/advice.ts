/**
 * What would make a program faster, in sentences.
 */
import type { Recording } from "../recording.ts"
import type { Advice } from "./advice-model.ts"
import { rowsOf, type RowPart } from "./awaits-in-a-row.ts"
import { pathIn, type CriticalPath, type CriticalPathOptions } from "./critical-path.ts"
import { History } from "./history.ts"
import { Load } from "./load.ts"
import { lateTurns, longLocks, fullQueues, slowTasks, fewWorkers, muchGarbage } from "./findings.ts"
import { oneClock } from "./one-clock.ts"
import { Replay } from "./replay.ts"
import { LEAST_SAVING, LEAST_SECONDS, MOST_ROWS, PACE } from "./thresholds.ts"
import { countText, linesText, nameText, timeText } from "./words.ts"

export type { Advice }

/**
 * What would make the recorded program faster, the largest saving first.
 *
 * A predicted saving comes from the recording, played through with that one change: what
 * was waited for keeps its length, and what depends on it comes after it still.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { adviseOn, Recorder } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(async () => {
 *   await asyncio.sleep(0.03)
 *   await asyncio.sleep(0.02)
 * })
 * recorder.stop()
 *
 * console.log(adviseOn(recorder.recording())[0]?.id) // -> awaits-in-a-row
 * ```
 */
export function adviseOn(recording: Recording, options: CriticalPathOptions = {}): Advice[] {
  const looked = oneClock(recording, options)
  const history = new History(looked.recording)
  const load = new Load(looked.recording, history, looked.options)
  return adviceFor(looked.recording, history, load, pathIn(history, looked.options))
}

/** The same for whoever has looked at the recording before. */
export function adviceFor(recording: Recording, history: History, load: Load, path: CriticalPath | undefined): Advice[] {
  if (load.length <= 0) return []
  const advice = path === undefined ? [] : togetherAdvice(history, path)
  advice.push(...longLocks(history, load), ...fullQueues(history, load), ...fewWorkers(recording, load))
  advice.push(...slowTasks(history, load), ...lateTurns(load, path), ...muchGarbage(load))
  return advice.sort((a, b) => (b.saving ?? 0) - (a.saving ?? 0) || b.seconds - a.seconds)
}

const ASSUMED =
  "that none of them needs what an earlier one gave: events do not show values, only that no lock, queue or event stands between, that " +
  "nobody was woken in between, and that none was begun by what an earlier one awaited"

function togetherAdvice(history: History, path: CriticalPath): Advice[] {
  const end = history.of(path.task).at(-1)
  if (end === undefined) return []
  const rows = rowsOf(history, path.through).map(({ task, row }) => ({ task, row, length: lengthOf(history, row) }))
  rows.sort((a, b) => b.length - a.length)
  const found: Advice[] = []
  const total = path.to - path.from
  let replay: Replay | undefined
  for (const { task, row, length } of rows.slice(0, MOST_ROWS)) {
    if (length < LEAST_SECONDS || keepsPace(history, row)) continue
    replay ??= new Replay(history, end)
    const saving = history.step(end).time - replay.endIfTogether(row)
    if (saving < LEAST_SECONDS || saving < LEAST_SAVING * total) continue
    found.push(rowAdvice(history, task, row, length, total, saving))
  }
  return found
}

function rowAdvice(history: History, task: number, row: readonly RowPart[], length: number, total: number, saving: number): Advice {
  const places = row.map(({ place }) => place)
  const lines = linesText(places)
  const oneLine = lines !== undefined && new Set(places).size === 1
  const where = lines === undefined ? `in ${nameText(history.tasks.get(task))}` : `at ${lines}`
  const what = `${countText(row.length, "await")} in a row ${where}${oneLine ? ", in a loop," : ""}`
  const predicted = total - saving
  const [first, final] = [row[0], row.at(-1)]
  const place = places.find((place) => place !== undefined)
  const finding = `${timeText(total)} in all; ${timeText(length)} of it is ${what} that do not depend on each other, as far as events show`
  const remedy = `begun together, with gather, they would make it about ${timeText(predicted)} instead of ${timeText(total)}`
  return {
    id: "awaits-in-a-row",
    text: `${finding}; ${remedy}.`,
    remedy,
    task,
    ...(place === undefined ? {} : { place }),
    ...(lines === undefined ? {} : { lines }),
    ...(first === undefined ? {} : { from: history.step(first.first).time }),
    ...(final === undefined ? {} : { to: history.step(final.last).time + final.tail }),
    seconds: length,
    total,
    predicted,
    saving,
    assumed: ASSUMED,
  }
}

function lengthOf(history: History, row: readonly RowPart[]): number {
  const [first, final] = [row[0], row.at(-1)]
  return first === undefined || final === undefined ? 0 : history.step(final.last).time + final.tail - history.step(first.first).time
}

/** Sleeps of the same line and length keep a pace, and are no work that could be done at once. */
function keepsPace(history: History, row: readonly RowPart[]): boolean {
  const alike = new Map<string, number>()
  for (const { on, lines, first, last } of row) {
    if (on !== "sleep") continue
    const wait = history.step(first)
    const length = history.step(last).time - wait.time
    const delay = (wait.kind === "parked" ? wait.detail : undefined) ?? String(Math.round(Math.log(Math.max(length, 1e-6)) / Math.log(1.05)))
    const key = [...lines, delay].join("\n")
    alike.set(key, (alike.get(key) ?? 0) + 1)
  }
  return [...alike.values()].some((count) => count >= PACE)
}
