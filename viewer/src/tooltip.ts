/** Tells what is under the pointer. */
import { rowTitle, spanTitle } from "./describe.ts"
import type { View } from "./view.ts"
import { duration } from "./words.ts"

const BESIDE = 14

export class Tooltip {
  readonly #element = document.createElement("div")

  constructor() {
    this.#element.className = "tooltip"
    this.#element.setAttribute("aria-hidden", "true")
    document.body.append(this.#element)
  }

  /** At a point of the page; without a span it goes away. */
  show({ hovered, model }: View, x: number, y: number): void {
    const element = this.#element
    if (hovered === undefined || hovered.span < 0) {
      element.style.display = "none"
      return
    }
    const { row, span } = hovered
    const { from, to } = model.spans
    const name = document.createElement("b")
    name.textContent = rowTitle(model, row)
    const what = document.createElement("span")
    what.textContent = spanTitle(model, row, span)
    const figures = document.createElement("span")
    figures.className = "figure"
    figures.textContent = `${duration(to[span] - from[span])} from ${duration(from[span])}`
    element.replaceChildren(name, what, figures)
    element.style.display = "grid"
    const { width, height } = element.getBoundingClientRect()
    element.style.left = `${x + BESIDE + width > innerWidth ? Math.max(4, x - BESIDE - width) : x + BESIDE}px`
    element.style.top = `${y + BESIDE + height > innerHeight ? y - BESIDE - height : y + BESIDE}px`
  }

  hide(): void {
    this.#element.style.display = "none"
  }
}
