/** The files of an exercise in the editor: one that the learner writes, and those that stay as they are. */
import type { Editor } from "./editor.ts"
import type { ExerciseData } from "./site-data.ts"
import type { ProgramText } from "./types/type-messages.ts"

export class ExerciseFiles {
  readonly #editor: Editor
  readonly #holder: HTMLElement
  #exercise: ExerciseData | undefined
  #text = ""
  #shown = ""

  /** @param holder - has a button for each file */
  constructor(editor: Editor, holder: HTMLElement) {
    this.#editor = editor
    this.#holder = holder
  }

  /** The text of the file that the learner writes. */
  get text(): string {
    return this.#text
  }

  /** The file that is seen. */
  get shown(): string {
    return this.#shown
  }

  /** @param text - what the learner has written before; else the file is as it is at the start */
  open(exercise: ExerciseData, text: string | undefined): void {
    const { answer, files } = exercise
    this.#exercise = exercise
    this.#text = text ?? files[answer] ?? ""
    this.#holder.replaceChildren(...Object.keys(files).sort((a, b) => Number(b === answer) - Number(a === answer)).map((file) => this.#button(file)))
    // What is to be read comes first.
    const [first = answer] = exercise.kind === "program" ? [answer] : exercise.given
    this.show(first)
  }

  close(): void {
    this.#exercise = undefined
    this.#holder.replaceChildren()
  }

  show(file: string): void {
    if (this.#exercise === undefined) return
    const { answer, files } = this.#exercise
    this.#shown = file
    const given = file !== answer
    this.#editor.open(given ? (files[file] ?? "") : this.#text, { label: given ? `${file}, which stays as it is` : file, readOnly: given, plain: !file.endsWith(".ts") })
    for (const button of this.#holder.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === file))
  }

  /** The file that is seen, with that text, and the programs beside it. */
  programText(text: string): ProgramText | undefined {
    if (this.#exercise === undefined) return undefined
    const { answer, files } = this.#exercise
    const others = Object.entries({ ...files, [answer]: this.#text }).filter(([file]) => file !== this.#shown && file.endsWith(".ts"))
    return { file: this.#shown, text, others: Object.fromEntries(others) }
  }

  /** Takes the text from the editor, where it was written; gives whether it is another one. */
  take(): boolean {
    if (this.#exercise === undefined || this.#shown !== this.#exercise.answer || this.#editor.code === this.#text) return false
    this.#text = this.#editor.code
    return true
  }

  /** Writes a text that comes from elsewhere than the editor. */
  write(text: string): void {
    this.#text = text
    if (this.#shown === this.#exercise?.answer && this.#editor.code !== text) this.#editor.code = text
  }

  #button(file: string): HTMLElement {
    const button = document.createElement("button")
    button.type = "button"
    button.value = file
    button.textContent = file
    if (file !== this.#exercise?.answer) {
      const words = document.createElement("span")
      words.className = "quiet"
      words.textContent = " given"
      button.append(words)
    }
    button.addEventListener("click", () => this.show(file))
    return button
  }
}
