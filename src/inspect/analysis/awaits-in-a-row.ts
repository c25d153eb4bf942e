/**
 * Operations that a task awaits one after the other though nothing shows that one needs another.
 *
 * Events show no values, so that none of them needs the result of an earlier one cannot be known. What
 * can be known ends a row: a lock, queue or event, whose order the program wants; a pause between operations; code in between that
 * wakes another task; more of what an earlier one has opened, such as reading from its connection; a task made by one
 * that an earlier operation awaited; much code in between, which most often makes something of the result.
 */
import { Descent } from "./descent.ts"
import type { History, Parked } from "./history.ts"
import type { WaitClass } from "./kinds.ts"
import type { Operation } from "./replay.ts"

/** One await of a row. */
export interface RowPart extends Operation {
  readonly on: string
  /** Where the row stands. */
  readonly place: string | undefined
  /** The lines that led to its wait, the outermost first, as far as they are known. */
  readonly lines: readonly string[]
}

/** A wait. */
interface Part extends RowPart {
  readonly class: WaitClass
  /** For each of its lines a number for it and for all that come after it, which is the same for the same lines. */
  readonly inner: readonly number[]
}

/** The part of a row's time that code in between may take. */
const CODE_BETWEEN = 0.1

/** The rows of the steps of `tasks`, in their own code and in what that calls. */
export function rowsOf(history: History, tasks: readonly number[]): { readonly task: number; readonly row: RowPart[] }[] {
  const wakers = wakersOf(history)
  const descent = new Descent(history.tasks.values())
  return tasks.flatMap((task) =>
    runsOf(history, task, wakers.get(task) ?? [], descent)
      .flatMap((run) => rowsAt(run, 0))
      .filter((row) => mostlyWaits(history, row))
      .map((row) => ({ task, row })),
  )
}

/** The rows among waits that have the lines before `level` in common. */
function rowsAt(parts: readonly Part[], level: number): RowPart[][] {
  const calls: { readonly line: string | undefined; readonly parts: Part[]; readonly inner: Set<number> }[] = []
  for (const part of parts) {
    const line = part.lines[level]
    const inner = part.inner[level + 1] ?? 0
    const call = calls.at(-1)
    // A line of a call that comes again belongs to another one, except where it reads on.
    if (call !== undefined && line !== undefined && call.line === line && (part.class === "more" || !call.inner.has(inner))) {
      call.parts.push(part)
      call.inner.add(inner)
    } else {
      calls.push({ line, parts: [part], inner: new Set([inner]) })
    }
  }
  const rows: RowPart[][] = []
  let row: { readonly call: RowPart; readonly kind: "pause" | "host" | "else" }[] = []
  const end = (): void => {
    for (const calls of withoutPauses(row)) if (calls.length > 1) rows.push(calls)
    row = []
  }
  for (const { line, parts } of calls) {
    const [first, final] = [parts[0], parts.at(-1)]
    if (first === undefined || final === undefined) continue
    // What only reads on needs what was opened before.
    if (first.class === "more") end()
    else {
      const place = line === undefined || line.startsWith(CALL) ? first.place : line
      const kind = parts.every((part) => part.class === "timer") ? "pause" : parts.some((part) => part.class === "operation" || part.class === "job") ? "host" : "else"
      row.push({ call: { first: first.first, last: final.last, tail: final.tail, on: first.on, place, lines: first.lines }, kind })
    }
    if (parts.length > 1 && line !== undefined) for (const row of rowsAt(parts, level + 1)) rows.push(row)
  }
  end()
  return rows
}

/**
 * A pause between operations of the host is one that the program wants, such as before it tries again or asks anew: it
 * ends a row. Where all are pauses, or stand beside tasks, they may as well be work.
 */
function withoutPauses(row: readonly { readonly call: RowPart; readonly kind: "pause" | "host" | "else" }[]): RowPart[][] {
  if (!row.some(({ kind }) => kind === "host")) return [row.map(({ call }) => call)]
  const rows: RowPart[][] = [[]]
  for (const { call, kind } of row) {
    if (kind === "pause") rows.push([])
    else rows.at(-1)?.push(call)
  }
  return rows
}

/** Stands for the line of a call that nobody has written down. */
const CALL = "call of "

/** The lines that led to waits; most waits of a recording have those of another. */
class Lines {
  readonly #code: string | undefined
  readonly #known = new Map<string, Pick<Part, "lines" | "inner">>()
  readonly #numbers = new Map<string, number>()

  constructor(code: string | undefined) {
    this.#code = code
  }

  of({ place, path = [] }: Parked): Pick<Part, "lines" | "inner"> {
    if (place === undefined) return NO_LINES
    const key = path.length === 0 ? place : `${place}\n${path.join("\n")}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const name = functionOf(place)
    const lines = path.length > 0 ? [place, ...path].reverse() : name === undefined || name === this.#code ? [place] : [CALL + name, place]
    const inner: number[] = []
    let after = 0
    for (const line of lines.toReversed()) {
      const together = `${after} ${line}`
      after = this.#numbers.get(together) ?? this.#numbers.size + 1
      this.#numbers.set(together, after)
      inner.push(after)
    }
    const found = { lines, inner: inner.reverse() }
    this.#known.set(key, found)
    return found
  }
}

const NO_LINES: Pick<Part, "lines" | "inner"> = { lines: [], inner: [] }

/** Waits without anything in between that shows an order. */
function runsOf(history: History, task: number, woke: readonly number[], descent: Descent): Part[][] {
  const lines = new Lines(history.tasks.get(task)?.code)
  const runs: Part[][] = []
  let run: Part[] = []
  /** The tasks that operations of the run awaited. */
  let awaited = descent.makers()
  const end = (): void => {
    if (run.length > 1) runs.push(run)
    run = []
    awaited = descent.makers()
  }
  const own = history.of(task)
  for (let n = 0; n < own.length; n += 1) {
    const at = own[n] ?? 0
    const wait = history.step(at)
    if (wait.kind !== "parked") continue
    const operation = operationAt(history, own, n)
    if (operation === "several") return []
    if (operation === undefined) break
    const before = run.at(-1)
    if (before !== undefined && wakesWithin(woke, before.last, at)) end()
    const kind = history.classOf(wait, own[n + 1])
    if (kind === "order" || kind === "queue") {
      end()
      continue
    }
    if (wait.awaits?.some((id) => awaited.made(id)) === true) end()
    const part: Part = { ...operation, on: wait.on, place: wait.place, class: kind, ...lines.of(wait) }
    const goesOn = goneOn(run.at(-1), part)
    if (goesOn === undefined) run.push(part)
    else run[run.length - 1] = goesOn
    wait.awaits?.forEach((id) => awaited.add(id))
  }
  end()
  return runs
}

/** Two waits as one, where the second reads on from the first, and the line of one of them is not known. */
function goneOn(before: Part | undefined, part: Part): Part | undefined {
  if (before === undefined || part.class !== "more" || (before.lines.length > 0 && part.lines.length > 0)) return undefined
  const { lines, inner, place } = before.lines.length > 0 ? before : part
  return { ...before, lines, inner, place, last: part.last, tail: part.tail }
}

/** The function of a place, such as `fetchUser (file:///shop/users.ts:7:11)`. */
function functionOf(place: string): string | undefined {
  return /^(?:at )?(?:async )?(\S+) \(/.exec(place)?.[1]
}

/** The steps in which a task's code woke another one, by the task: it set an event, put an item, gave back a lock. */
function wakersOf({ steps }: History): ReadonlyMap<number, readonly number[]> {
  const wakers = new Map<number, number[]>()
  steps.forEach((step, at) => {
    if (step.kind !== "ready" || step.by === undefined) return
    const own = wakers.get(step.by)
    if (own === undefined) wakers.set(step.by, [at])
    else own.push(at)
  })
  return wakers
}

/** Whether one of the steps lies between two. */
function wakesWithin(woke: readonly number[], from: number, to: number): boolean {
  let low = 0
  let high = woke.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((woke[middle] ?? Infinity) <= from) low = middle + 1
    else high = middle
  }
  return (woke[low] ?? Infinity) < to
}

/**
 * The wait that is number `n` of `own`; `several` if lines of the task wait side by side, undefined if
 * it has not ended.
 */
function operationAt(history: History, own: Uint32Array, n: number): Operation | "several" | undefined {
  const first = own[n] ?? 0
  const wait = history.step(first)
  for (let next = n + 1; next < own.length; next += 1) {
    const last = own[next] ?? 0
    const { kind, time } = history.step(last)
    if (kind === "resumed") return { first, last, tail: 0 }
    if (kind === "ready") continue
    // A promise that is not of this library: that it has settled shows only at what came next.
    if (wait.kind === "parked" && wait.on === "promise") return { first, last: first, tail: time - wait.time }
    return kind === "done" ? undefined : "several"
  }
  return undefined
}

function mostlyWaits(history: History, row: readonly RowPart[]): boolean {
  const [first, final] = [row[0], row.at(-1)]
  if (first === undefined || final === undefined) return false
  const length = history.step(final.last).time + final.tail - history.step(first.first).time
  let between = 0
  row.forEach(({ last, tail }, n) => {
    const next = row[n + 1]
    if (next !== undefined) between += history.step(next.first).time - history.step(last).time - tail
  })
  return between <= CODE_BETWEEN * length
}
