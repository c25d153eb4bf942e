/** What a program writes, each line with its time. */
import type { OutputLevel } from "./messages.ts"

export class Output {
  readonly #list: HTMLElement
  readonly #goTo: (line: number) => void
  /** Rows that are drawn with the next picture: to look after each of thousands where the end is takes minutes. */
  readonly #rows = document.createDocumentFragment()

  constructor(list: HTMLElement, goTo: (line: number) => void) {
    this.#list = list
    this.#goTo = goTo
  }

  clear(): void {
    this.#rows.replaceChildren()
    this.#list.replaceChildren()
  }

  add(level: OutputLevel | "failed", text: string, time?: number, line?: number): void {
    const row = document.createElement("div")
    row.className = `line ${level}`
    const when = document.createElement("span")
    when.className = "time"
    when.textContent = time === undefined ? "" : `${time.toFixed(2)} s`
    const words = document.createElement("span")
    words.className = "text"
    words.textContent = text
    row.append(when, words)
    if (line !== undefined) {
      const button = document.createElement("button")
      button.type = "button"
      button.className = "link"
      button.textContent = `line ${line}`
      button.addEventListener("click", () => this.#goTo(line))
      words.append(" ", button)
    }
    if (this.#rows.childElementCount === 0) requestAnimationFrame(() => this.draw())
    this.#rows.append(row)
  }

  draw(): void {
    if (this.#rows.childElementCount === 0) return
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 8
    this.#list.append(this.#rows)
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight
  }
}
