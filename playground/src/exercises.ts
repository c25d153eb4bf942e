/** The course on the page: an exercise with its files, its check, and what came of it. */
import { syntaxText, unsupportedText } from "../../src/cli/exercises/loading-text.ts"
import type { AnswerForm } from "./answer-form.ts"
import { AnswersForm } from "./answers-form.ts"
import { Check } from "./check.ts"
import type { Checked, CheckFile } from "./check-messages.ts"
import { CourseList } from "./course-list.ts"
import { DrawingPicture } from "./drawing-picture.ts"
import type { Editor } from "./editor.ts"
import { ExerciseFiles } from "./exercise-files.ts"
import { OrderForm } from "./order-form.ts"
import type { PageElements } from "./page-elements.ts"
import { Progress } from "./progress.ts"
import type { ExerciseData } from "./site-data.ts"
import { statementOf, withCode } from "./statement.ts"
import type { Stepper } from "./stepper.ts"
import { firstMistake, ProgramError } from "./strip-types.ts"
import type { TimelineFrame } from "./timeline-frame.ts"
import type { ProgramText } from "./types/type-messages.ts"
import { unstrippable } from "./unstrippable.ts"
import { verdictOf } from "./verdict.ts"

export interface ExerciseTools {
  readonly editor: Editor
  readonly stepper: Stepper
  readonly timeline: TimelineFrame
  /** @throws ProgramError */
  compiled(source: string): string
}

export class Exercises {
  readonly #course: readonly ExerciseData[]
  readonly #elements: PageElements
  readonly #tools: ExerciseTools
  readonly #files: ExerciseFiles
  readonly #list: CourseList
  readonly #progress = new Progress()
  #current: ExerciseData | undefined
  #form: AnswerForm | undefined
  #check: Check | undefined

  constructor(course: readonly ExerciseData[], elements: PageElements, tools: ExerciseTools) {
    this.#course = course
    this.#elements = elements
    this.#tools = tools
    this.#files = new ExerciseFiles(tools.editor, elements.files)
    this.#list = new CourseList(elements.course, elements.courseList, course, this.#progress)
    elements.exercises.addEventListener("click", () => this.#list.open(this.#current?.name))
    elements.check.addEventListener("click", () => (this.#check === undefined ? this.check() : this.#stop()))
    elements.hint.addEventListener("click", () => this.#hint())
    elements.again.addEventListener("click", () => this.#startOver())
  }

  get current(): ExerciseData | undefined {
    return this.#current
  }

  /** Gives whether there is one of that name. */
  open(name: string): boolean {
    const exercise = this.#course.find((one) => one.name === name)
    if (exercise === undefined) return false
    this.close()
    this.#current = exercise
    document.documentElement.dataset["mode"] = "exercise"
    document.documentElement.dataset["kind"] = exercise.kind
    document.title = `${exercise.title} · asyncio-ts playground`
    const { exerciseTitle, objective, statement, form } = this.#elements
    exerciseTitle.textContent = `${exercise.number}. ${exercise.title}`
    objective.replaceChildren(...withCode("p", `You can then ${exercise.objective}.`).childNodes)
    statement.replaceChildren(statementOf(exercise.statement))
    const written = (text: string): void => {
      this.#files.write(text)
      this.#written()
    }
    this.#form = formOf(exercise, written)
    form.replaceChildren(...(this.#form === undefined ? [] : [this.#form.element]))
    this.#files.open(exercise, this.#progress.of(exercise.name).text)
    this.#form?.show(this.#files.text)
    this.#showHints()
    this.#showState("idle")
    this.#clearVerdict()
    return true
  }

  /** The file that is open, with that text, and those beside it; undefined where no exercise is open. */
  programText(text: string): ProgramText | undefined {
    return this.#current === undefined ? undefined : this.#files.programText(text)
  }

  close(): void {
    this.#check?.drop()
    this.#check = undefined
    this.#current = undefined
    this.#form = undefined
    this.#files.close()
    delete document.documentElement.dataset["mode"]
  }

  /** The editor's text is another one. */
  edited(): void {
    if (this.#files.take()) this.#written()
  }

  check(): void {
    const exercise = this.#current
    if (exercise === undefined || this.#check !== undefined || isElsewhere(exercise)) return
    this.#clearVerdict()
    const files = this.#compiled(exercise)
    if (typeof files === "string") {
      this.#ended(exercise, { kind: "checked", result: { passed: false, sentence: files, details: [] }, printed: [] })
      return
    }
    this.#showState("checking")
    const order = { name: exercise.name, files, answers: this.#files.text, needs: exercise.needs }
    this.#check = new Check(order, exercise.kind === "classify", (checked) => this.#ended(exercise, checked))
  }

  #stop(): void {
    this.#check?.drop()
    this.#check = undefined
    this.#showState("idle")
    this.#elements.verdict.textContent = "Stopped."
  }

  /** What the check may load; or what is wrong with a file, in a sentence. */
  #compiled({ kind, answer, files, given, needs }: ExerciseData): Readonly<Record<string, CheckFile>> | string {
    const loaded = kind === "program" ? [answer] : given.filter((file) => !(file in needs))
    const compiled: Record<string, CheckFile> = {}
    for (const file of loaded) {
      const source = file === answer ? this.#files.text : (files[file] ?? "")
      const unsupported = unstrippable(source)
      if (unsupported !== undefined) return unsupportedText(file, unsupported)
      try {
        const mistake = firstMistake(source)
        compiled[file] = { code: this.#tools.compiled(source), source, ...(mistake === undefined ? {} : { mistake }) }
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error
        this.#files.show(file)
        this.#tools.editor.fail(error.line, error.message)
        return error.name === "SyntaxError" ? syntaxText(file, error.line, error.message) : `${file} cannot be run here, by its line ${error.line}: ${error.message}`
      }
    }
    return compiled
  }

  #ended(exercise: ExerciseData, checked: Checked): void {
    this.#check = undefined
    const { passed, partly } = checked.result
    // What was done once stays done.
    const { done } = this.#progress.of(exercise.name)
    if (passed || (partly && done === undefined)) this.#progress.set(exercise.name, { done: passed ? "passed" : "partly" })
    this.#elements.verdict.replaceChildren(verdictOf(checked, exercise, this.#course))
    if (checked.seen !== undefined && checked.seen.recording.tasks.length > 0) {
      this.#tools.timeline.show(checked.seen)
      this.#tools.stepper.take(checked.seen.recording, exercise.kind === "program" ? exercise.answer : "program.ts")
    }
    this.#showState("ended")
    this.#elements.verdict.scrollIntoView({ block: "nearest" })
  }

  #written(): void {
    if (this.#current === undefined) return
    this.#progress.set(this.#current.name, { text: this.#files.text })
    this.#form?.show(this.#files.text)
  }

  #startOver(): void {
    const exercise = this.#current
    if (exercise === undefined) return
    // As one change of the editor's, which can be undone.
    if (this.#files.shown !== exercise.answer) this.#files.show(exercise.answer)
    this.#files.write(exercise.files[exercise.answer] ?? "")
    this.#written()
    this.#clearVerdict()
  }

  /** A little more each time, as in the terminal. */
  #hint(): void {
    const exercise = this.#current
    if (exercise === undefined) return
    const { hints } = this.#progress.of(exercise.name)
    this.#progress.set(exercise.name, { hints: Math.min(hints + 1, exercise.hints.length) })
    this.#showHints()
  }

  #showHints(): void {
    const { hints = [], name = "" } = this.#current ?? {}
    const given = Math.min(this.#progress.of(name).hints, hints.length)
    this.#elements.hints.replaceChildren(...hints.slice(0, given).map((hint, at) => withCode("li", `hint ${at + 1} of ${hints.length}: ${hint}`)))
    this.#elements.hint.disabled = given >= hints.length
  }

  #clearVerdict(): void {
    this.#tools.timeline.clear()
    this.#tools.stepper.clear()
    this.#tools.editor.fail()
    const { verdict, check } = this.#elements
    const elsewhere = this.#current === undefined ? undefined : elsewhereText(this.#current)
    check.disabled = elsewhere !== undefined
    verdict.replaceChildren(elsewhere ?? "Check runs what you have written, and says what it did.")
  }

  #showState(state: "idle" | "checking" | "ended"): void {
    const { check, checkState } = this.#elements
    check.textContent = state === "checking" ? "Stop" : "Check"
    checkState.textContent = state === "checking" ? "runs" : ""
    document.documentElement.dataset["check"] = state
  }
}

function formOf({ kind, lines = [], tasks = [], given }: ExerciseData, changed: (text: string) => void): AnswerForm | undefined {
  switch (kind) {
    case "program":
      return undefined
    case "predict":
      return new OrderForm(lines, changed)
    case "draw":
      return new DrawingPicture(tasks)
    case "classify":
      return new AnswersForm(given, changed)
  }
}

/** Whether nothing of it can be checked in a browser. */
function isElsewhere({ kind, given, needs }: ExerciseData): boolean {
  const count = Object.keys(needs).length
  return kind === "classify" ? count === given.length : count > 0
}

function elsewhereText(exercise: ExerciseData): HTMLElement | undefined {
  if (!isElsewhere(exercise)) return undefined
  const { name, answer, needs } = exercise
  return withCode("p", `This exercise is for the terminal: what solves it ${needs[answer] ?? Object.values(needs)[0]}, which a browser has not. There: \`npx asyncio-ts exercises start ${name}\``)
}
