/** Lines that are put in the order in which they are predicted to come, with buttons; the text of the file is what counts. */
import { answerLines } from "../../src/cli/exercises/answer-lines.ts"
import type { AnswerForm } from "./answer-form.ts"

export class OrderForm implements AnswerForm {
  readonly element = document.createElement("div")
  readonly #lines: readonly string[]
  readonly #changed: (text: string) => void
  #text = ""

  constructor(lines: readonly string[], changed: (text: string) => void) {
    this.#lines = lines
    this.#changed = changed
    this.element.className = "order"
  }

  show(text: string): void {
    this.#text = text
    const order = answerLines(text)
    const list = document.createElement("ol")
    list.ariaLabel = "Your order"
    for (const [at, line] of order.entries()) {
      const row = document.createElement("li")
      const words = document.createElement("span")
      words.textContent = line
      row.append(words, this.#button("↑", `Earlier: ${line}`, () => this.#move(at), at === 0), this.#button("✕", `Take out: ${line}`, () => this.#take(at)))
      list.append(row)
    }
    const left = this.#lines.filter((line) => !order.includes(line))
    const rest = document.createElement("p")
    rest.className = "rest"
    rest.append(left.length === 0 ? "All lines are in your order." : "Which comes next? ", ...left.map((line) => this.#button(line, undefined, () => this.#add(line))))
    this.element.replaceChildren(...(order.length === 0 ? [] : [list]), rest)
  }

  #button(text: string, label: string | undefined, click: () => void, disabled = false): HTMLButtonElement {
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = text
    button.disabled = disabled
    if (label !== undefined) button.ariaLabel = label
    button.addEventListener("click", click)
    return button
  }

  #add(line: string): void {
    const at = [...this.element.querySelectorAll(".rest button")].findIndex(({ textContent }) => textContent === line)
    this.#write([...answerLines(this.#text), line], `.rest button:nth-of-type(${at + 1})`)
  }

  #move(at: number): void {
    const order = answerLines(this.#text)
    this.#write(order.toSpliced(at, 1).toSpliced(at - 1, 0, order[at] ?? ""), `li:nth-child(${at}) button:not(:disabled)`)
  }

  #take(at: number): void {
    this.#write(answerLines(this.#text).toSpliced(at, 1), `li:nth-child(${at + 1}) button:last-child`)
  }

  /** @param next - where whoever works with the keyboard goes on */
  #write(order: readonly string[], next: string): void {
    const comments = this.#text.split("\n").filter((line) => line.trim().startsWith("#"))
    this.#changed([...comments, ...order, ""].join("\n"))
    const button = this.element.querySelector<HTMLElement>(next) ?? this.element.querySelector<HTMLElement>(".rest button, li:last-child button:last-child")
    button?.focus()
  }
}
