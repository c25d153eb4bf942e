/** The timeline that somebody has written down, drawn as it is written. */
import { answerLines } from "../../src/cli/exercises/answer-lines.ts"
import { drawnIn, type Drawn } from "../../src/cli/exercises/judge-drawing.ts"
import type { AnswerForm } from "./answer-form.ts"

const CLASSES: Readonly<Record<string, string>> = { "": "running", sleep: "waiting", line: "ready" }
/** Beyond this a picture says nothing. */
const MOST = 100

export class DrawingPicture implements AnswerForm {
  readonly element = document.createElement("figure")
  readonly #tasks: readonly string[]

  constructor(tasks: readonly string[]) {
    this.#tasks = tasks
    this.element.className = "drawing"
  }

  show(text: string): void {
    const lines = answerLines(text).slice(0, MOST)
    const drawn = lines.flatMap((line) => drawnIn(line) ?? [])
    const end = Math.max(1, ...drawn.map(({ to }) => to))
    const picture = document.createElement("div")
    picture.className = "bars"
    picture.setAttribute("role", "img")
    picture.ariaLabel = `Your drawing: ${drawn.length === 0 ? "nothing yet" : drawn.map(({ task, what, from, to }) => `${task} ${what} ${from} to ${to}`.replace("  ", " ")).join("; ")}`
    picture.append(...[...new Set([...this.#tasks, ...drawn.map(({ task }) => task)])].map((task) => rowOf(task, drawn, end)))
    const words = document.createElement("figcaption")
    words.className = "quiet"
    const unread = lines.find((line) => drawnIn(line) === undefined)
    words.textContent = unread === undefined ? `As you have drawn it, from 0 to ${end} s.` : `No line of a timeline yet: ${unread.slice(0, MOST)}`
    this.element.replaceChildren(picture, words)
  }
}

function rowOf(task: string, drawn: readonly Drawn[], end: number): HTMLElement {
  const row = document.createElement("div")
  row.className = "row"
  const name = document.createElement("span")
  name.textContent = task
  const track = document.createElement("div")
  track.className = "track"
  for (const { what, from, to } of drawn.filter((one) => one.task === task)) {
    const bar = document.createElement("i")
    bar.className = CLASSES[what] ?? "waiting"
    bar.style.left = `${(100 * from) / end}%`
    bar.style.width = `${(100 * Math.max(0, to - from)) / end}%`
    track.append(bar)
  }
  row.append(name, track)
  return row
}
