/** Walks through the steps of a recording, forwards and back. */
import type { Recording } from "../../src/inspect/recording.ts"
import type { Marks } from "./editor.ts"
import { lineOf, stepsOf, type Step } from "./steps.ts"
import { nameOf } from "./task-name.ts"
import { taskTree } from "./task-tree.ts"
import type { Moment } from "./timeline-frame.ts"

export interface StepperElements {
  readonly first: HTMLButtonElement
  readonly back: HTMLButtonElement
  readonly forward: HTMLButtonElement
  readonly last: HTMLButtonElement
  readonly slider: HTMLInputElement
  readonly told: HTMLElement
  readonly tasks: HTMLElement
}

export interface StepperEvents {
  mark(marks: Marks): void
  moment(moment: Moment | undefined): void
}

const NO_STEPS = "No task has run yet."
const RUNS = "The program runs. Once it has ended, its steps are here; this is who waits for what now."

export class Stepper {
  readonly #elements: StepperElements
  readonly #events: StepperEvents
  #steps: readonly Step[] = []
  /** The number of the step that is seen; -1 for none. */
  #at = -1
  #file = ""

  constructor(elements: StepperElements, events: StepperEvents) {
    this.#elements = elements
    this.#events = events
    const { first, back, forward, last, slider } = elements
    first.addEventListener("click", () => this.go(0))
    back.addEventListener("click", () => this.go(this.#at - 1))
    forward.addEventListener("click", () => this.go(this.#at + 1))
    last.addEventListener("click", () => this.go(this.#steps.length - 1))
    slider.addEventListener("input", () => this.go(Number(slider.value) - 1))
    this.clear()
  }

  clear(): void {
    this.#steps = []
    this.#at = -1
    this.#events.mark({})
    this.#events.moment(undefined)
    this.#elements.tasks.replaceChildren()
    this.#show()
  }

  /** Takes a recording; no step of it is seen until somebody goes to one, but the tasks at its end are. */
  take(recording: Recording, file: string): void {
    this.#steps = stepsOf(recording)
    this.#file = file
    this.#at = -1
    this.#show()
    this.#showTasks(this.#steps.at(-1))
  }

  /** While a program runs, its tasks are told by itself. */
  live(tree: string): void {
    const text = document.createElement("pre")
    text.textContent = tree
    text.tabIndex = 0
    this.#elements.tasks.replaceChildren(text)
    this.#elements.told.textContent = RUNS
  }

  go(to: number): void {
    if (this.#steps.length === 0) return
    this.#at = Math.max(0, Math.min(this.#steps.length - 1, to))
    const step = this.#steps[this.#at]
    this.#events.mark({ from: lineOf(step.after?.place, this.#file), to: step.end?.kind === "parked" ? lineOf(step.end.place, this.#file) : undefined })
    this.#events.moment({ loop: step.loop, time: step.time })
    this.#show()
    this.#showTasks(step)
  }

  #show(): void {
    const { first, back, forward, last, slider, told } = this.#elements
    const count = this.#steps.length
    const step = this.#steps[this.#at]
    first.disabled = back.disabled = this.#at <= 0
    forward.disabled = last.disabled = this.#at >= count - 1
    slider.disabled = count === 0
    slider.min = "1"
    slider.max = String(Math.max(1, count))
    slider.value = String(this.#at + 1)
    slider.setAttribute("aria-valuetext", step === undefined ? "before the first step" : `step ${this.#at + 1} of ${count}`)
    told.textContent = step !== undefined ? `${this.#at + 1} of ${count} · ${this.#sentence(step)}` : count === 0 ? NO_STEPS : `${count} steps: each goes from one await to the next.`
    told.dataset["task"] = step?.task.name ?? ""
  }

  #sentence({ task, time, loop, after, end, made }: Step): string {
    const start = this.#steps.find((step) => step.loop === loop)?.time ?? time
    const begins = after === undefined ? "begins" : `goes on after ${after.words === "" ? "waiting" : after.words}${this.#lineWords(after.place)}`
    const makes = made.length === 0 ? "" : `, makes ${made.length <= 4 ? made.join(", ") : `${made.length} tasks`}`
    const stops =
      end === undefined ? ", and runs on" : end.kind === "done" ? `, and ends: ${outcome(end)}` : `, and awaits ${[end.on, end.detail ?? ""].join(" ").trim()}${this.#lineWords(end.place)}`
    return `${(time - start).toFixed(2)} s · ${nameOf(task)} ${begins}${makes}${stops}.`
  }

  #lineWords(place: string | undefined): string {
    const line = lineOf(place, this.#file)
    return line === undefined ? "" : ` (line ${line})`
  }

  #showTasks(step: Step | undefined): void {
    const list = document.createElement("ul")
    list.className = "tree"
    for (const { now, depth, awaited } of taskTree(step?.then ?? [])) {
      const row = document.createElement("li")
      const ran = this.#at >= 0 && now.task.id === step?.task.id
      row.className = ran ? "ran" : ""
      row.style.setProperty("--depth", String(Math.min(depth, 6)))
      const name = document.createElement("span")
      name.className = "name"
      name.textContent = `${depth === 0 ? "" : awaited ? "└ " : "· "}${nameOf(now.task)}`
      const state = document.createElement("span")
      state.className = `state ${now.state.replace(" ", "-")}`
      state.textContent = now.cancelling && now.state !== "cancelled" ? `${now.state}, to be cancelled` : now.state
      const words = document.createElement("span")
      words.className = "words"
      words.textContent = `${ran ? "ran in this step; " : ""}${now.words}${this.#lineWords(now.place)}`.replace(/; $/, "")
      row.append(name, state, words)
      list.append(row)
    }
    this.#elements.tasks.replaceChildren(list)
  }
}

/** Such as `returned`, `failed: no tea`, `cancelled by task 'main'`. */
function outcome({ how, reason = "" }: { readonly how: string; readonly reason?: string }): string {
  if (reason === "") return how
  return reason.startsWith(how) ? reason : `${how}: ${reason}`
}
