/** What of the model is seen now: from when to when, which rows, what is selected and found. */
import { firstFrom } from "./edges.ts"
import type { Model } from "./model.ts"
import type { Matches } from "./search.ts"

export const ROW = 26
/** What browsers can scroll through without losing pixels. */
const MOST_SCROLL = 8e6
/** A picosecond would be beyond what the times are kept to. */
const SHORTEST = 1e-7
/** With more rows most are empty in any stretch that is worth a look. */
const MANY_ROWS = 300

export interface Selection {
  readonly row: number
  /** -1 for the row as a whole. */
  readonly span: number
}

export class View {
  readonly model: Model
  /** The stretch that is seen, in seconds of the page. */
  from = 0
  to: number
  /** Of the plot, in CSS pixels. */
  width = 800
  height = 400
  /** How far down, in pixels of all rows. */
  top = 0
  /** The rows that are not folded away. */
  shown = new Uint32Array()
  readonly folded = new Set<number>()
  selection: Selection | undefined
  hovered: Selection | undefined
  matches: Matches | undefined
  /** The match that was gone to last. */
  match = -1
  query = ""
  path: boolean
  arrows = true
  /** Whether rows that have nothing in what is seen are left out. */
  onlyHere: boolean
  /** A stretch that is being selected with the pointer. */
  band: readonly [number, number] | undefined
  /** A stretch that something is said about. */
  mark: { readonly from: number; readonly to: number } | undefined
  readonly #listeners = new Set<(what: "frame" | "state") => void>()
  readonly #at: Int32Array

  constructor(model: Model) {
    this.model = model
    this.to = model.length
    this.path = model.facts.path !== undefined
    this.onlyHere = model.rows.kind.length > MANY_ROWS
    this.#at = new Int32Array(model.rows.kind.length)
    this.#fold()
  }

  /** @param listener - told of each change: of what is drawn, or of more */
  listen(listener: (what: "frame" | "state") => void): void {
    this.#listeners.add(listener)
  }

  changed(what: "frame" | "state" = "state"): void {
    for (const listener of this.#listeners) listener(what)
  }

  /** Sees another stretch; what is under the pointer, or else selected, stays where it is. */
  see(from: number, to: number): void {
    if (from === this.from && to === this.to) return
    this.from = from
    this.to = to
    if (this.onlyHere) this.#refold()
  }

  setOnlyHere(only: boolean): void {
    this.onlyHere = only
    this.#refold()
    this.changed()
  }

  x(time: number): number {
    return ((time - this.from) / (this.to - this.from)) * this.width
  }

  time(x: number): number {
    return this.from + (x / this.width) * (this.to - this.from)
  }

  /** The stretch nearest to the wanted one that there is. */
  within(from: number, to: number): [number, number] {
    const { length } = this.model
    const span = Math.min(length, Math.max(SHORTEST, to - from))
    const begin = Math.max(0, Math.min(length - span, (from + to - span) / 2))
    return [begin, begin + span]
  }

  /** How far down the top edge of a row is; of one that is folded away, of the row that it is in. */
  y(row: number): number {
    return this.indexOf(row) * ROW - this.top
  }

  /** The place of a row among those shown. */
  indexOf(row: number): number {
    let shown = row
    while (this.#at[shown] < 0) {
      shown = this.model.rows.parent[shown] - 1
      // Neither it nor what it is in has anything to see here: where it would be.
      if (shown < 0) return firstFrom(this.shown, row)
    }
    return this.#at[shown]
  }

  rowAt(y: number): number | undefined {
    return this.shown[Math.floor((y + this.top) / ROW)]
  }

  get wholeHeight(): number {
    return this.shown.length * ROW
  }

  /** How many pixels of rows one of the scroll bar stands for. */
  get scrollScale(): number {
    return Math.max(1, this.wholeHeight / MOST_SCROLL)
  }

  toggle(row: number, fold = !this.folded.has(row)): void {
    if (this.model.rows.end[row] === row + 1) return
    if (fold) this.folded.add(row)
    else this.folded.delete(row)
    this.#fold()
    this.changed()
  }

  foldAll(fold: boolean): void {
    const { end } = this.model.rows
    this.folded.clear()
    if (fold) for (let row = 0; row < end.length; row += 1) if (end[row] > row + 1) this.folded.add(row)
    this.#fold()
    this.changed()
  }

  /** Unfolds what a row is in, and shows it though there is nothing of it here. */
  reveal(row: number): void {
    const { parent } = this.model.rows
    let opened = false
    for (let above = parent[row]; above > 0; above = parent[above - 1]) opened = this.folded.delete(above - 1) || opened
    if (opened || this.#at[row] < 0) this.#fold(row)
  }

  /** The span of a row at a time, or -1. */
  spanAt(row: number, time: number): number {
    const { first, from, to } = this.model.spans
    const span = firstFrom(from, time, first[row], first[row + 1])
    // The first that begins then or later; the one before may still last.
    const exact = span < first[row + 1] && from[span] === time ? span : span - 1
    return exact >= first[row] && to[exact] >= time ? exact : -1
  }

  #refold(): void {
    const anchor = this.hovered?.row ?? this.selection?.row ?? this.rowAt(0)
    const y = anchor === undefined ? 0 : this.y(anchor)
    this.#fold()
    const top = anchor === undefined ? 0 : this.indexOf(anchor) * ROW - y
    this.top = Math.max(0, Math.min(this.wholeHeight - this.height, top))
  }

  /** @param wanted - shown in any case, with what it is in */
  #fold(wanted = this.selection?.row ?? -1): void {
    const { end } = this.model.rows
    const here = this.onlyHere ? this.#here(wanted) : undefined
    const shown = new Uint32Array(end.length)
    this.#at.fill(-1)
    let count = 0
    for (let row = 0; row < end.length; row = this.folded.has(row) ? end[row] : row + 1) {
      if (here !== undefined && here[row] === 0) continue
      this.#at[row] = count
      shown[count++] = row
    }
    this.shown = shown.subarray(0, count)
  }

  /** Which rows have something in what is seen, or something below them has. */
  #here(wanted: number): Uint8Array {
    const { from, to, parent } = this.model.rows
    const here = new Uint8Array(from.length)
    // A row stands behind what it is in.
    for (let row = from.length - 1; row >= 0; row -= 1) {
      if (row === wanted || (from[row] <= this.to && to[row] >= this.from)) here[row] = 1
      if (here[row] === 1 && parent[row] > 0) here[parent[row] - 1] = 1
    }
    return here
  }
}
