/** Keys of the page. */
import type { Commands } from "./commands.ts"

export interface Toggles {
  theme(): void
  help(): void
  search(): void
  path(): void
  arrows(): void
  here(): void
}

/** As the help lists them. */
export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["↑ ↓", "the row above or below"],
  ["← →", "the span before or after; in the tree: fold, unfold"],
  ["Space", "folds or unfolds the row"],
  ["Enter", "zooms to what is selected"],
  ["W S, + −", "zoom in and out"],
  ["A D", "earlier and later"],
  ["0", "everything"],
  ["/", "search"],
  ["N, Shift+N", "the next match, the one before"],
  ["P", "the critical path"],
  ["R", "arrows of awaits and wake-ups"],
  ["L", "only rows of what lives in the stretch that is seen"],
  ["T", "light or dark"],
  ["Esc", "selects nothing"],
  ["?", "this list"],
]

export const POINTER: readonly (readonly [what: string, does: string])[] = [
  ["Wheel", "scrolls the rows; with Ctrl, or over the ruler, it zooms"],
  ["Drag", "moves in time and through the rows"],
  ["Shift+drag, or drag on the ruler", "zooms to that stretch"],
  ["Pinch", "zooms"],
  ["Double click", "zooms to the span"],
]

export function onKey(event: KeyboardEvent, commands: Commands, toggles: Toggles): boolean {
  const inTree = event.target instanceof Element && event.target.closest("[role=treegrid]") !== null
  const { view } = commands
  const row = view.selection?.row
  switch (event.key) {
    case "ArrowUp":
      commands.moveRow(-1)
      return true
    case "ArrowDown":
      commands.moveRow(1)
      return true
    case "PageUp":
    case "PageDown":
      commands.moveRow((event.key === "PageUp" ? -1 : 1) * Math.max(1, Math.floor(view.height / 26) - 1))
      return true
    case "ArrowLeft":
    case "ArrowRight": {
      const right = event.key === "ArrowRight"
      if (!inTree) commands.moveSpan(right ? 1 : -1)
      else if (row !== undefined && view.folded.has(row) === right) view.toggle(row)
      else if (row !== undefined && !right && view.model.rows.parent[row] > 0) commands.select({ row: view.model.rows.parent[row] - 1, span: -1 })
      return true
    }
    case "Home":
    case "End":
      commands.moveRow(event.key === "Home" ? -Infinity : Infinity)
      return true
    case " ":
      if (row !== undefined) view.toggle(row)
      return true
    case "Enter":
      if (view.selection !== undefined) commands.zoomTo(view.selection)
      return true
    case "Escape":
      commands.clear()
      return true
  }
  switch (event.key.toLowerCase()) {
    case "w":
    case "+":
    case "=":
      commands.zoomBy(1.5)
      return true
    case "s":
    case "-":
      commands.zoomBy(1 / 1.5)
      return true
    case "a":
      commands.panBy(-0.2)
      return true
    case "d":
      commands.panBy(0.2)
      return true
    case "0":
    case "f":
      commands.fit()
      return true
    case "/":
      toggles.search()
      return true
    case "n":
      commands.findNext(event.shiftKey ? -1 : 1)
      return true
    case "p":
      toggles.path()
      return true
    case "r":
      toggles.arrows()
      return true
    case "l":
      toggles.here()
      return true
    case "t":
      toggles.theme()
      return true
    case "?":
      toggles.help()
      return true
    default:
      return false
  }
}
