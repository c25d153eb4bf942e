/** What a check has found, in the words of the terminal. */
import type { Checked } from "./check-messages.ts"
import { exerciseAddress } from "./share.ts"
import type { ExerciseData } from "./site-data.ts"

/** Kinds whose details are a picture, in which a line is a line; others are words. */
const PICTURED: readonly ExerciseData["kind"][] = ["program", "draw"]

export function verdictOf({ result, printed }: Pick<Checked, "result" | "printed">, exercise: ExerciseData, course: readonly ExerciseData[]): HTMLElement {
  const { passed, partly, sentence, details } = result
  const element = document.createElement("div")
  element.className = passed ? "passed" : partly ? "partly" : "not-yet"
  const said = document.createElement("p")
  said.className = "sentence"
  const how = document.createElement("strong")
  how.textContent = passed ? "passed" : partly ? "as far as a browser goes" : "not yet"
  said.append(how, `: ${sentence}`)
  element.append(said)
  if (details.length > 0) element.append(block(PICTURED.includes(exercise.kind) ? "details" : "details words", "What was seen", details.join("\n")))
  if (printed.length > 0) element.append(block("printed", "What it printed", printed.map(({ at, text }) => `${at.toFixed(2).padStart(6)} s  ${text}`).join("\n")))
  element.append(...afterwards(passed || partly === true, exercise, course))
  return element
}

function block(name: string, label: string, text: string): HTMLElement {
  const element = document.createElement("pre")
  element.className = name
  element.tabIndex = 0
  element.ariaLabel = label
  element.setAttribute("role", "region")
  element.textContent = text
  return element
}

function afterwards(right: boolean, exercise: ExerciseData, course: readonly ExerciseData[]): HTMLElement[] {
  if (right) {
    const next = course[course.indexOf(exercise) + 1]
    return [next === undefined || next.track !== exercise.track ? paragraph("that was the last of this track") : paragraph("next: ", next)]
  }
  const smaller = course.find(({ name }) => name === exercise.remedial)
  return smaller === undefined ? [] : [paragraph("a smaller step to the same: ", smaller)]
}

function paragraph(text: string, to?: ExerciseData): HTMLElement {
  const element = document.createElement("p")
  element.append(text)
  if (to !== undefined) {
    const link = document.createElement("a")
    link.href = exerciseAddress(to.name)
    link.textContent = `${to.name} (${to.title})`
    element.append(link)
  }
  return element
}
