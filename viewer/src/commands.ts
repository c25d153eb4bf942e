/** What buttons and keys do. */
import type { Gestures } from "./gestures.ts"
import { search } from "./search.ts"
import { ROW, type Selection, type View } from "./view.ts"

/** How much more than a span is shown beside it. */
const BESIDE = 0.6

export class Commands {
  readonly view: View
  readonly #gestures: Gestures
  readonly #scrollTo: (top: number) => void

  constructor(view: View, gestures: Gestures, scrollTo: (top: number) => void) {
    this.view = view
    this.#gestures = gestures
    this.#scrollTo = scrollTo
  }

  fit(): void {
    this.#gestures.show(0, this.view.model.length)
  }

  zoomBy(factor: number): void {
    const { view } = this
    const { selection } = view
    const { from, to } = view.model.spans
    const middle = selection === undefined || selection.span < 0 ? undefined : (Math.max(view.from, from[selection.span]) + Math.min(view.to, to[selection.span])) / 2
    this.#gestures.zoomBy(factor, middle !== undefined && middle > view.from && middle < view.to ? middle : undefined)
  }

  panBy(part: number): void {
    this.#gestures.panBy(part * this.view.width)
  }

  show(from: number, to: number): void {
    const margin = Math.max((to - from) * BESIDE, this.view.model.length * 1e-7)
    this.#gestures.show(from - margin, to + margin)
  }

  /** Selects, and brings into view what is not. */
  select(selection: Selection | undefined): void {
    const { view } = this
    view.selection = selection
    if (selection !== undefined) {
      this.bring(selection.row)
      const { from, to } = view.model.spans
      const { span } = selection
      if (span >= 0 && (to[span] < view.from || from[span] > view.to)) {
        const half = (view.to - view.from) / 2
        this.#gestures.show(from[span] - half, from[span] + half)
      }
    }
    view.changed()
  }

  /** The same, as large as it can be read. */
  zoomTo(selection: Selection): void {
    const { spans, rows } = this.view.model
    const { row, span } = selection
    this.select(selection)
    const [from, to] = span >= 0 ? [spans.from[span], spans.to[span]] : [rows.from[row], rows.to[row]]
    if (from <= to) this.show(from, to)
  }

  /** @param by - 1 for the row below, -1 for the one above */
  moveRow(by: number): void {
    const { view } = this
    const at = view.selection === undefined ? (by > 0 ? -1 : view.shown.length) : view.indexOf(view.selection.row)
    const row = view.shown[Math.max(0, Math.min(view.shown.length - 1, at + by))]
    if (row === undefined) return
    const { from, to } = view.model.spans
    const before = view.selection?.span ?? -1
    const time = before >= 0 ? (from[before] + to[before]) / 2 : -1
    this.select({ row, span: time < 0 ? -1 : view.spanAt(row, time) })
  }

  moveSpan(by: number): void {
    const { view } = this
    const { first, to } = view.model.spans
    const row = view.selection?.row ?? view.shown[0]
    if (row === undefined) return
    const [low, high] = [first[row], first[row + 1]]
    if (low === high) return
    const span = view.selection?.span ?? -1
    let next = span + by
    if (span < 0) for (next = low; next < high - 1 && to[next] < view.from;) next += 1
    this.select({ row, span: Math.max(low, Math.min(high - 1, next)) })
  }

  find(query: string): void {
    const { view } = this
    view.query = query
    view.matches = search(view.model, query)
    view.match = -1
    view.changed()
  }

  /** @param by - 1 for the next match, -1 for the one before */
  findNext(by: number): void {
    const { view } = this
    const found = view.matches
    if (found === undefined || found.rows.length === 0) return
    view.match = view.match < 0 && by < 0 ? found.rows.length - 1 : (view.match + by + found.rows.length) % found.rows.length
    this.select({ row: found.rows[view.match], span: found.spans[view.match] })
  }

  clear(): void {
    const { view } = this
    if (view.mark !== undefined) view.mark = undefined
    else if (view.selection !== undefined) view.selection = undefined
    else this.find("")
    view.changed()
  }

  /** Brings a row into view, whatever it is folded into. */
  bring(row: number): void {
    const { view } = this
    view.reveal(row)
    const y = view.indexOf(row) * ROW
    if (y < view.top) this.#scrollTo(Math.max(0, y - ROW))
    else if (y + ROW > view.top + view.height) this.#scrollTo(y + 2 * ROW - view.height)
  }
}
