/** What limits each program, and why: chosen and written in fields, which make the lines of the file. */
import { answerLines } from "../../src/cli/exercises/answer-lines.ts"
import { ANSWERS } from "../../src/cli/exercises/judge-answers.ts"
import type { AnswerForm } from "./answer-form.ts"

/** A line that may lack its reason still. */
const LINE = /^(\S+):\s*([^\s,]+),?(?:\s+because\s*(.*))?$/i

interface Fields {
  readonly choice: HTMLSelectElement
  readonly reason: HTMLInputElement
}

export class AnswersForm implements AnswerForm {
  readonly element = document.createElement("div")
  readonly #fields = new Map<string, Fields>()
  readonly #changed: (text: string) => void
  #text = ""

  constructor(programs: readonly string[], changed: (text: string) => void) {
    this.#changed = changed
    this.element.className = "answers"
    for (const program of programs) this.element.append(this.#row(program))
  }

  show(text: string): void {
    this.#text = text
    const given = new Map(answerLines(text).flatMap((line) => {
      const [, program = "", answer = "", reason = ""] = LINE.exec(line) ?? []
      return program === "" ? [] : [[program, { answer, reason }] as const]
    }))
    for (const [program, { choice, reason }] of this.#fields) {
      const { answer = "", reason: because = "" } = given.get(program) ?? {}
      choice.value = ANSWERS.find((known) => known.toLowerCase() === answer.toLowerCase()) ?? ""
      // Whoever writes in it has blanks at the end that the file does not tell.
      if (reason.value.trim() !== because) reason.value = because
    }
  }

  #row(program: string): HTMLElement {
    const group = document.createElement("fieldset")
    const legend = document.createElement("legend")
    legend.textContent = program
    const choice = document.createElement("select")
    choice.ariaLabel = `${program} is`
    choice.append(new Option("is …", ""), ...ANSWERS.map((answer) => new Option(answer, answer)))
    const reason = document.createElement("input")
    reason.ariaLabel = `${program} is so because`
    reason.placeholder = "because …"
    reason.maxLength = 500
    this.#fields.set(program, { choice, reason })
    choice.addEventListener("change", () => this.#write())
    reason.addEventListener("input", () => this.#write())
    group.append(legend, choice, reason)
    return group
  }

  #write(): void {
    const comments = this.#text.split("\n").filter((line) => line.trim().startsWith("#"))
    const lines = [...this.#fields].flatMap(([program, { choice, reason }]) => (choice.value === "" && reason.value === "" ? [] : [`${program}: ${choice.value || "…"}, because ${reason.value.trim()}`.trimEnd()]))
    this.#changed([...comments, ...lines, ""].join("\n"))
  }
}
