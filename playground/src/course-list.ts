/** The list of the exercises, by track: what each is for, and which are done. */
import type { Progress } from "./progress.ts"
import { exerciseAddress } from "./share.ts"
import type { ExerciseData } from "./site-data.ts"

const TRACKS = [
  ["main", "The main track"],
  ["advanced", "The advanced track"],
  ["remedial", "Smaller steps, with sleeps alone"],
] as const
const KINDS = { program: "write a program", predict: "predict the order", draw: "draw the timeline", classify: "classify and justify" } as const

export class CourseList {
  readonly #dialog: HTMLDialogElement
  readonly #holder: HTMLElement
  readonly #course: readonly ExerciseData[]
  readonly #progress: Progress

  constructor(dialog: HTMLDialogElement, holder: HTMLElement, course: readonly ExerciseData[], progress: Progress) {
    this.#dialog = dialog
    this.#holder = holder
    this.#course = course
    this.#progress = progress
  }

  open(current: string | undefined): void {
    const done = this.#course.filter(({ name }) => this.#progress.of(name).done === "passed").length
    const kept = this.#progress.works ? "kept in this browser alone" : "not kept: this browser lets the page keep nothing"
    const told = document.createElement("p")
    told.className = "quiet"
    told.textContent = `${done} of ${this.#course.length} done; ${kept}.`
    this.#holder.replaceChildren(told, ...TRACKS.map(([track, label]) => this.#table(track, label, current)))
    this.#dialog.showModal()
  }

  #table(track: ExerciseData["track"], label: string, current: string | undefined): HTMLElement {
    const table = document.createElement("table")
    table.createCaption().textContent = label
    const head = table.createTHead().insertRow()
    for (const text of ["Done", "Exercise", "You can then", "What you do"]) {
      const cell = document.createElement("th")
      cell.scope = "col"
      cell.textContent = text
      head.append(cell)
    }
    const body = table.createTBody()
    for (const exercise of this.#course.filter((one) => one.track === track)) this.#row(body.insertRow(), exercise, current)
    return table
  }

  #row(row: HTMLTableRowElement, exercise: ExerciseData, current: string | undefined): void {
    const { number, name, title, objective } = exercise
    const { done } = this.#progress.of(name)
    row.dataset["exercise"] = name
    const mark = row.insertCell()
    mark.className = "mark"
    mark.textContent = done === "passed" ? "✓ done" : done === "partly" ? "◐ partly" : ""
    const link = document.createElement("a")
    link.href = exerciseAddress(name)
    link.textContent = `${number}. ${title}`
    if (name === current) link.setAttribute("aria-current", "page")
    // Also to the one that is open, to which no address changes.
    link.addEventListener("click", () => this.#dialog.close())
    row.insertCell().append(link)
    row.insertCell().textContent = objective.replaceAll("`", "")
    row.insertCell().textContent = KINDS[exercise.kind] + placeOf(exercise)
  }
}

function placeOf({ kind, needs }: ExerciseData): string {
  const count = Object.keys(needs).length
  if (count === 0) return ""
  return kind === "classify" ? " (a part of it in the terminal)" : " (in the terminal)"
}
