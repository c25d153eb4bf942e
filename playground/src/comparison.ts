/** Four programs that brew three chais, side by side: in turn, together, with a call that blocks, with a forgotten await. */
import { timelineOf, type Timeline } from "../../src/inspect/timeline.ts"
import { barsOf, lengthOf } from "./bars.ts"
import type { FromWorker } from "./messages.ts"
import { Run } from "./run.ts"
import type { Example } from "./site-data.ts"

/** Seconds that every picture is wide, or more where a program took longer. */
const SCALE = 1

interface Tools {
  compiled(source: string): string
  open(example: Example): void
}

/** One of the four. */
interface Card {
  readonly element: HTMLElement
  readonly example: Example
  readonly picture: HTMLElement
  readonly length: HTMLElement
  timeline: Timeline | undefined
}

export class Comparison {
  readonly #dialog: HTMLDialogElement
  readonly #holder: HTMLElement
  readonly #examples: readonly Example[]
  readonly #tools: Tools
  #runs: Run[] = []
  #cards: readonly Card[] = []

  constructor(dialog: HTMLDialogElement, holder: HTMLElement, examples: readonly Example[], tools: Tools) {
    this.#dialog = dialog
    this.#holder = holder
    this.#examples = examples
    this.#tools = tools
    dialog.addEventListener("close", () => this.#drop())
  }

  /** Runs all of them, each on the clock that suits it: a call that blocks takes no virtual time. */
  open(): void {
    this.#drop()
    this.#cards = this.#examples.map((example) => this.#card(example))
    this.#holder.replaceChildren(...this.#cards.map(({ element }) => element))
    this.#dialog.showModal()
  }

  #drop(): void {
    for (const run of this.#runs) run.drop()
    this.#runs = []
  }

  #card(example: Example): Card {
    const element = document.createElement("article")
    const title = document.createElement("h3")
    title.textContent = example.title
    const length = document.createElement("p")
    length.className = "length"
    length.textContent = "running…"
    const picture = document.createElement("div")
    const text = document.createElement("pre")
    text.tabIndex = 0
    text.ariaLabel = `Output of ${example.name}.ts`
    text.setAttribute("role", "region")
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = `Open ${example.name}.ts`
    button.addEventListener("click", () => {
      this.#dialog.close()
      this.#tools.open(example)
    })
    element.append(title, length, picture, text, button)
    const card: Card = { element, example, picture, length, timeline: undefined }
    const told = (message: Exclude<FromWorker, { kind: "ended" }>): void => {
      if (message.kind === "seen") card.timeline = timelineOf(message.seen.recording)
      else text.textContent += `${message.text}\n`
    }
    const ended = (): void => {
      element.dataset["ended"] = ""
      this.#draw()
    }
    const { code, clock, name } = example
    this.#runs.push(new Run({ code: this.#tools.compiled(code), source: code, file: `${name}.ts`, clock }, { told, ended }))
    return card
  }

  /** All again, since they share a scale. */
  #draw(): void {
    const lengths = this.#cards.map(({ timeline }) => (timeline === undefined ? 0 : lengthOf(timeline)))
    const scale = Math.max(SCALE, ...lengths)
    for (const [at, { example, picture, length, timeline }] of this.#cards.entries()) {
      if (timeline === undefined) continue
      length.textContent = `${(lengths[at] ?? 0).toFixed(1)} s`
      picture.replaceChildren(barsOf(timeline, `Timeline of ${example.name}.ts`, scale))
    }
  }
}
