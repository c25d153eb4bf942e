/**
 * A run as sentences: a line for each step, for somebody who has never seen this tool.
 */
import { describeError } from "../../structures/arguments.ts"
import { openWaits } from "../../core/deadlock.ts"
import type { Frame } from "../../core/frame.ts"
import { observe, type Observer, type TaskEnd, type TaskInfo } from "../../core/observer.ts"
import { isProgram, known, origins, placeOfAwait, type AwaitPlace } from "../../core/place.ts"
import { parsePlace } from "../../core/place-of-line.ts"
import { frameOf, type Task } from "../../core/task.ts"
import { reasonOf } from "../../core/wait-reason.ts"
import type { Wait } from "../../core/wait.ts"
import type { ExploreLoop } from "./explore-loop.ts"
import type { RunFailure, Witness } from "./explored-run.ts"

/** Steps that are shown: a run that never ends has many, and its end says most. */
const SHOWN = 60
/** Characters of an error within a line. */
const LONGEST = 100

interface Line {
  readonly time: number
  readonly who: string
  readonly text: string
  readonly place: string
  /** It would not have happened, or not now, in the usual order. */
  readonly chosen: boolean
}

interface Step {
  readonly frame: Frame | undefined
  readonly task: TaskInfo | undefined
  chosen: boolean
  readonly parts: string[]
}

/** Watches one run, and tells it. Invariant: the observer is on from `began` to `tell`. */
export class Storyteller implements Witness, Observer {
  readonly #lines: Line[] = []
  readonly #places = new WeakMap<object, AwaitPlace>()
  /** Of the tasks that the step has made, and how those ended that did. */
  readonly #ends = new Map<number, string>()
  readonly #told = new Set<number>()
  #loop: ExploreLoop | null = null
  #step: Step | null = null
  #stop: () => void = () => undefined

  // What the run tells.

  began(loop: ExploreLoop, main: Task<unknown>): void {
    this.#loop = loop
    this.#told.add((main[frameOf] as unknown as TaskInfo).id) // the frame of a task's body is its info
    this.#stop = observe(this)
  }

  runs(who: Frame | undefined, passed: readonly (Frame | undefined)[]): void {
    const task = infoOf(who)
    const parts: string[] = []
    if (passed.length > 0) {
      const names = [...new Set(passed.map((frame) => quoted(infoOf(frame))))]
      parts.push(`before ${some(names)}`)
    }
    this.#step = { frame: who, task, chosen: passed.length > 0, parts }
  }

  cancelled(task: Task<unknown>): void {
    const run = task[frameOf] as unknown as TaskInfo // the frame of a task's body is its info
    const { text, place } = this.#waits(task[frameOf], run)
    this.#line("explore", `cancels ${quoted(run)}, which ${text}`, place, true)
  }

  chosen(what: string): void {
    this.#part(what)
    if (this.#step !== null) this.#step.chosen = true
  }

  rested(): void {
    const step = this.#step
    if (step === null) return
    this.#step = null
    const { task, frame, parts, chosen } = step
    if (task === undefined || frame === undefined) {
      this.#line("callbacks", parts.join(", "), "", chosen)
      return
    }
    const end = this.#ends.get(task.id)
    if (end !== undefined && !task.begun) {
      this.#line(nameOf(task), "is cancelled before it starts", "", chosen)
      return
    }
    const first = !this.#told.has(-task.id)
    this.#told.add(-task.id)
    const head = [first ? "starts" : "goes on", ...parts].join(", ").replace(", before", " before")
    if (end === undefined) {
      const { text, place } = this.#waits(frame.root, task)
      this.#line(nameOf(task), `${head}; ${text}`, place, chosen)
    } else {
      this.#line(nameOf(task), `${head}; ${end}`, "", chosen)
    }
  }

  // What the runtime tells.

  taskCreated(task: TaskInfo): void {
    if (!this.#own(task) || this.#told.has(task.id)) return
    this.#told.add(task.id)
    this.#part(`makes ${quoted(task)}`)
  }

  taskDone(task: TaskInfo, how: TaskEnd, _time: number, reason?: unknown): void {
    if (!this.#own(task)) return
    this.#ends.set(task.id, how === "failed" ? `fails with ${wordsOf(reason).replace(/\s+/g, " ").trim().slice(0, LONGEST)}${placeOfError(reason)}` : ENDS[how])
  }

  handleBegun(name: string, _time: number, { loop }: { readonly loop: object }): void {
    if (loop === this.#loop) this.#part(`calls ${name}`)
  }

  lineParked(_frame: object, on: object): void {
    this.#places.set(on, placeOfAwait(on))
  }

  coroutineMade(coroutine: object): void {
    origins.takeOf(coroutine)
  }

  /** The run is over. */
  tell(failure: RunFailure): string {
    this.#stop()
    this.rested()
    const shown = this.#lines.slice(-SHOWN)
    const skipped = this.#lines.length - shown.length
    const width = Math.max(...shown.map(({ who }) => who.length), 0)
    const rows = shown.map(({ time, who, text, place, chosen }, index) => {
      const number = String(skipped + index + 1).padStart(3)
      return `${chosen ? "*" : " "}${number}  ${time.toFixed(3)} s  ${who.padEnd(width)}  ${text}${place === "" ? "" : `  (${place})`}`
    })
    if (skipped > 0) rows.unshift(`     … ${skipped} earlier steps`)
    rows.push("", `${ENDINGS[failure.kind]}${wordsOf(failure.error)}${failure.kind === "error" ? placeOfError(failure.error) : ""}`)
    return rows.join("\n")
  }

  #own(task: TaskInfo): boolean {
    return task.loop === this.#loop
  }

  #part(text: string): void {
    this.#step?.parts.push(text)
  }

  #line(who: string, text: string, place: string, chosen: boolean): void {
    this.#lines.push({ time: this.#loop?.time() ?? 0, who, text, place, chosen })
  }

  /** What the code of a task waits for, and where. */
  #waits(frame: Frame, { begun }: TaskInfo): { text: string; place: string } {
    if (!begun) return { text: "has not started", place: "" }
    const waits = [...openWaits(frame)]
    const [first] = waits
    if (first === undefined) return { text: "waits for something foreign", place: "" }
    // It has only just begun to wait.
    const texts = waits.map((wait) => reasonOf(wait).text.replace(/,? (?:for )?0 ms(?= |,|$)/g, ""))
    const place = this.#placeOf(first)
    // It was woken, or cancelled; or all that it waits for has come, and it is about to be told.
    if (waits.every(({ state }) => state !== "pending") || texts.every((text) => text.includes(", 0 still open"))) return { text: "is ready to go on", place }
    return { text: `waits for ${texts.join(" and for ")}`, place }
  }

  /** Where the program awaits it, if only through a coroutine of the library's. */
  #placeOf(wait: Wait): string {
    let on: object = wait
    for (let frame = wait.frame; frame !== null; frame = frame.parent) {
      const place = placeText(known(this.#places.get(on)?.line))
      if (place !== "") return place
      on = (frame as Partial<{ readonly runs: object }>).runs ?? frame
    }
    return ""
  }
}

const ENDS: Readonly<Record<Exclude<TaskEnd, "failed">, string>> = {
  returned: "returns",
  cancelled: "ends, cancelled",
  "left behind": "is left behind at a foreign promise",
}

const ENDINGS: Readonly<Record<RunFailure["kind"], string>> = {
  error: "The program fails: ",
  deadlock: "The program stands still: ",
  "left behind": "The program leaves tasks behind: ",
  unhandled: "An error that nobody handles: ",
  endless: "The program does not end: ",
  foreign: "The program stands still: ",
}

function infoOf(frame: Frame | undefined): TaskInfo | undefined {
  return (frame?.owner ?? undefined) as TaskInfo | undefined // tasks own frames
}

/** As given by the program; else by number and function. */
function nameOf({ taskName, name }: TaskInfo): string {
  return /^Task-\d+$/.test(taskName) && name !== "function" ? `${taskName} ${name}` : taskName
}

function quoted(task: TaskInfo | undefined): string {
  return task === undefined ? "callbacks" : `'${nameOf(task)}'`
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} others`
}

/** Such as `bank.ts:12`. */
function placeText(line: string | undefined): string {
  const place = parsePlace(line, "await")
  if (place === undefined) return ""
  return `${place.file.slice(place.file.lastIndexOf("/") + 1)}:${place.line}`
}

/** An error in full, as the program would see it. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.trim() : describeError(error)
}

function placeOfError(error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== "string") return ""
  const line = error.stack.split("\n").map((text) => text.trim()).find((text) => text.startsWith("at ") && isProgram(text))
  const place = placeText(line)
  return place === "" ? "" : ` at ${place}`
}
