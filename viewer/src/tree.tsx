/** The names of the rows that are seen, as a tree. */
import { endOf, rowTitle } from "./describe.ts"
import type { Commands } from "./commands.ts"
import { LOOP, POOL, TASK_ROW } from "./model.ts"
import { ROW, type View } from "./view.ts"
import { duration } from "./words.ts"

const INDENT = 14
/** Deeper rows would have no room for their names. */
const MOST_INDENTS = 8

export function Tree({ view, commands }: { readonly view: View; readonly commands: Commands }) {
  const { model, shown } = view
  const { rows } = model
  const first = Math.max(0, Math.floor(view.top / ROW))
  const last = Math.min(shown.length, Math.ceil((view.top + view.height) / ROW) + 1)
  const items = Array.from(shown.subarray(first, last), (row, at) => {
    const below = rows.end[row] - row - 1
    const folded = view.folded.has(row)
    const kind = rows.kind[row]
    const end = endOf(model, row)
    const length = rows.to[row] - rows.from[row]
    const title = rowTitle(model, row)
    const classes = [
      "row",
      kind === LOOP || kind === POOL ? "group" : "",
      row === view.selection?.row ? "selected" : "",
      row === view.hovered?.row ? "hovered" : "",
      view.matches !== undefined && !view.matches.inRow.has(row) ? "faded" : "",
    ].join(" ")
    return (
      <div
        key={row}
        id={`row-${row}`}
        role="row"
        class={classes}
        aria-level={rows.depth[row] + 1}
        aria-rowindex={first + at + 1}
        aria-selected={row === view.selection?.row}
        aria-expanded={below > 0 ? !folded : undefined}
        style={{ transform: `translateY(${(first + at) * ROW - view.top}px)` }}
        onClick={() => commands.select({ row, span: -1 })}
        onDblClick={() => commands.zoomTo({ row, span: -1 })}
      >
        <span role="gridcell" class="name" style={{ paddingLeft: `min(${Math.min(rows.depth[row], MOST_INDENTS) * INDENT}px, 30%)` }}>
          {below > 0 ? (
            <button
              type="button"
              class="fold"
              tabIndex={-1}
              aria-label={folded ? `unfold ${title}` : `fold ${title}`}
              onClick={(event: MouseEvent) => {
                event.stopPropagation()
                view.toggle(row)
              }}
            >
              {folded ? "▸" : "▾"}
            </button>
          ) : (
            <span class="fold" />
          )}
          <span class="text" title={title}>{title}</span>
          {folded && below > 0 ? <span class="below">+{below.toLocaleString("en")}</span> : null}
        </span>
        <span role="gridcell" class={`length ${end ?? ""}`}>
          {kind === TASK_ROW ? (
            <>
              {end === "failed" ? <span class="sign" title="failed">✕</span> : end === "cancelled" ? <span class="sign" title="cancelled">⊘</span> : end === undefined ? <span class="sign lives" title="still there">…</span> : null}
              {length >= 0 ? duration(length) : ""}
            </>
          ) : null}
        </span>
      </div>
    )
  })
  return (
    <div
      class="tree"
      role="treegrid"
      tabIndex={0}
      aria-label="Tasks"
      aria-rowcount={shown.length}
      aria-activedescendant={view.selection !== undefined && shown.subarray(first, last).includes(view.selection.row) ? `row-${view.selection.row}` : undefined}
    >
      {items}
    </div>
  )
}
