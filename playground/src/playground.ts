/** The page: what is run, and what is seen of it. */
import { Comparison } from "./comparison.ts"
import { Editor } from "./editor.ts"
import { Exercises } from "./exercises.ts"
import type { ClockKind, FromWorker, Seen } from "./messages.ts"
import { Names } from "./names.ts"
import { Output } from "./output.ts"
import type { PageElements } from "./page-elements.ts"
import { Run } from "./run.ts"
import { hashOf, sharedIn } from "./share.ts"
import type { Example, SiteData } from "./site-data.ts"
import { Stepper } from "./stepper.ts"
import { firstMistake, ProgramError, stripTypes } from "./strip-types.ts"
import { Theme } from "./theme.ts"
import { TimelineFrame } from "./timeline-frame.ts"
import type { ProgramText } from "./types/type-messages.ts"
import { Types } from "./types/types.ts"

const OWN_FILE = "main.ts"
/** The four that are compared. */
const COMPARED = "playground"

export class Playground {
  readonly #data: SiteData
  readonly #elements: PageElements
  readonly #editor: Editor
  readonly #output: Output
  readonly #timeline: TimelineFrame
  readonly #stepper: Stepper
  readonly #exercises: Exercises
  #run: Run | undefined
  #file = OWN_FILE
  /** What the list of programs says of one that is not in it. */
  readonly #own = new Option("", "")
  /** The program as it was opened. */
  #opened = ""
  /** What was seen last of the program that runs. */
  #seen: Seen | undefined
  /** The address that this page has set itself. */
  #hash = ""

  constructor(data: SiteData, viewer: string, elements: PageElements) {
    this.#data = data
    this.#elements = elements
    this.#timeline = new TimelineFrame(elements.timeline, viewer)
    const types = new Types(new Names(data), elements.types, (text) => this.#programText(text), (mistakes) => this.#editor.showMistakes(mistakes))
    this.#editor = new Editor(elements.editor, types.extensions, () => this.#changed(), () => this.#start())
    this.#output = new Output(elements.output, (line) => this.#editor.goTo(line))
    this.#stepper = new Stepper(elements, { mark: (marks) => this.#editor.mark(marks), moment: (moment) => this.#timeline.cursorAt(moment) })
    new Theme(elements.theme, () => this.#timeline.dress())
    this.#exercises = new Exercises(data.exercises, elements, { editor: this.#editor, stepper: this.#stepper, timeline: this.#timeline, compiled: (source) => this.#compiled(source) })
    const comparison = new Comparison(
      elements.comparison,
      elements.cards,
      data.examples.filter(({ from }) => from === COMPARED),
      { compiled: (source) => this.#compiled(source), open: (example) => this.#visit(example) },
    )
    this.#listExamples()
    elements.run.addEventListener("click", () => this.#start())
    elements.stop.addEventListener("click", () => this.#stop())
    elements.compare.addEventListener("click", () => comparison.open())
    elements.share.addEventListener("click", () => void this.#share())
    elements.examples.addEventListener("change", () => {
      const example = data.examples.find(({ name }) => name === elements.examples.value)
      if (example !== undefined) this.#visit(example)
    })
    addEventListener("hashchange", () => {
      if (location.hash !== this.#hash) void this.openAddress()
    })
  }

  /** Opens what the address names: an example, an exercise, or a program that somebody has shared. */
  async openAddress(): Promise<void> {
    const { hash } = location
    this.#hash = hash
    const [first] = this.#data.examples
    try {
      const { code, example, exercise, clock } = await sharedIn(hash)
      // Another address may have come while this one was unpacked.
      if (this.#hash !== hash) return
      if (exercise !== undefined) {
        this.#openExercise(exercise)
        return
      }
      const named = this.#data.examples.find(({ name }) => name === example)
      if (code !== undefined) this.#open(code, undefined, clock ?? "virtual")
      else this.#openExample(named ?? first, clock)
      if (example !== undefined && named === undefined) this.#say(`There is no example ${example}.`)
    } catch (error) {
      this.#openExample(first)
      this.#say((error as Error).message) // sharedIn throws nothing else
    }
  }

  #listExamples(): void {
    const groups = [["lessons", "lessons"], ["four ways, at a glance", "playground"], ["more of the guide", "guide"], ["cookbook", "cookbook"], ["coming from promises, and from Python", "coming-from"]] as const
    for (const [label, from] of groups) {
      const group = document.createElement("optgroup")
      group.label = label
      for (const { name, title } of this.#data.examples.filter((one) => one.from === from)) group.append(Object.assign(new Option(name.replace(/^.*\//, ""), name), { title }))
      this.#elements.examples.append(group)
    }
    this.#own.hidden = true
    this.#elements.examples.append(this.#own)
  }

  /** As a link to it does. */
  #visit(example: Example): void {
    const hash = `#example=${example.name}`
    // The program may have been changed since its address was opened, of which the address knows nothing.
    if (location.hash === hash) this.#openExample(example)
    else location.hash = hash
  }

  #openExercise(name: string): void {
    this.#run?.drop()
    this.#run = undefined
    this.#showState("idle")
    this.#clear()
    if (this.#exercises.open(name)) {
      this.#own.text = "an exercise"
      this.#elements.examples.value = ""
      this.#say("")
    } else {
      const [first] = this.#data.examples
      this.#openExample(first)
      this.#say(`There is no exercise ${name}.`)
    }
  }

  #openExample(example: Example | undefined, clock?: ClockKind): void {
    if (example !== undefined) this.#open(example.code, example, clock ?? example.clock)
  }

  #open(code: string, example: Example | undefined, clock: ClockKind): void {
    this.#run?.drop()
    this.#run = undefined
    this.#opened = code
    // What was written in an exercise is not to be undone into a program.
    if (this.#exercises.current !== undefined) {
      this.#exercises.close()
      this.#editor.open(code, { label: "Program" })
    } else this.#editor.code = code
    this.#name(example)
    this.#elements.clock.value = clock
    this.#clear()
    this.#showState("idle")
    this.#say("")
  }

  #changed(): void {
    this.#editor.fail()
    this.#editor.mark({})
    if (this.#exercises.current !== undefined) {
      this.#exercises.edited()
      return
    }
    // An example that somebody changes is a program of one's own.
    if (this.#editor.code !== this.#opened) this.#name(undefined)
  }

  #name(example: Example | undefined): void {
    this.#file = example?.file ?? OWN_FILE
    this.#own.text = "your program"
    this.#elements.examples.value = example?.name ?? ""
    document.title = `${this.#file} · asyncio-ts playground`
  }

  #clear(): void {
    this.#seen = undefined
    this.#editor.fail()
    this.#output.clear()
    this.#stepper.clear()
    this.#timeline.clear()
  }

  /** With the files that stand beside the one that is open. */
  #programText(text: string): ProgramText {
    return this.#exercises.programText(text) ?? { file: this.#file, text, others: {} }
  }

  #compiled(source: string): string {
    const { modules } = this.#data
    return stripTypes(source, (name) => (Object.hasOwn(modules, name) ? new URL(modules[name] ?? "", document.baseURI).href : undefined), Object.keys(modules))
  }

  #start(): void {
    if (this.#exercises.current !== undefined) {
      this.#exercises.check()
      return
    }
    this.#run?.drop()
    this.#clear()
    this.#say("")
    const source = this.#editor.code
    try {
      const program = { code: this.#compiled(source), source, file: this.#file, clock: this.#elements.clock.value === "real" ? ("real" as const) : ("virtual" as const) }
      this.#showState("running")
      this.#run = new Run(program, { told: (message) => this.#told(message), ended: (how) => this.#ended(how) })
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error
      this.#fail(`${error.name}: ${error.message}`, error.line)
      this.#showState("ended")
    }
  }

  #stop(): void {
    this.#run?.stop()
    if (this.#run?.open === true) this.#showState("stopping")
  }

  #told(message: Exclude<FromWorker, { kind: "ended" }>): void {
    if (message.kind === "output") this.#output.add(message.level, message.text, message.time, message.line)
    else if (message.kind === "failed") this.#fail(message.text, message.line ?? (message.text.startsWith("SyntaxError") ? firstMistake(this.#editor.code) : undefined))
    else {
      const { recording, tree } = message.seen
      // Whoever is looking round in it keeps what is there until the program has ended.
      if (recording.tasks.length > 0 && (tree === "" || !this.#timeline.focused)) this.#timeline.show(message.seen)
      if (tree === "") this.#stepper.take(recording, this.#file)
      else this.#stepper.live(tree)
      // What is stopped under the program can be walked through as far as it was seen.
      this.#seen = message.seen
    }
  }

  #ended(how: "ended" | "killed"): void {
    this.#run = undefined
    if (this.#seen !== undefined) {
      this.#stepper.take(this.#seen.recording, this.#file)
      // What was seen last while it ran may not have been shown.
      if (how === "killed") this.#timeline.show(this.#seen)
    }
    this.#seen = undefined
    if (how === "killed") this.#output.add("failed", "Ended: the program did not stop by itself. It computes without an await, or waits for a promise that nobody settles.")
    this.#showState("ended")
  }

  #fail(text: string, line: number | undefined): void {
    this.#output.add("failed", text, undefined, line)
    this.#editor.fail(line, text.split("\n")[0])
  }

  #showState(state: "idle" | "running" | "stopping" | "ended"): void {
    const { stop, state: element } = this.#elements
    // Of a program that has ended, all that it wrote is on the page, and why it ended.
    if (state === "ended") this.#output.draw()
    stop.disabled = state !== "running" && state !== "stopping"
    stop.textContent = state === "stopping" ? "End now" : "Stop"
    element.textContent = { idle: "", running: "running", stopping: "stopping", ended: "ended" }[state]
    document.documentElement.dataset["run"] = state
  }

  async #share(): Promise<void> {
    const code = this.#editor.code
    const clock = this.#elements.clock.value === "real" ? "real" : "virtual"
    const same = this.#data.examples.find((example) => example.code === code)
    this.#hash = await hashOf(same === undefined ? { code, clock } : { example: same.name, clock })
    history.replaceState(null, "", this.#hash)
    try {
      await navigator.clipboard.writeText(location.href)
      this.#say("The link is copied: it holds the program.")
    } catch {
      this.#say("The address of this page holds the program now: copy it.")
    }
  }

  #say(text: string): void {
    this.#elements.said.textContent = text
  }
}
