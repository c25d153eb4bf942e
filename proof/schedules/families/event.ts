import * as asyncio from "asyncio-ts"
import { waitingIn } from "#src/sync/primitive.ts"
import { must, type Crew, type Family, type Told } from "../family.ts"
import { Line, tellLine } from "../line.ts"

const OPERATIONS = ["wait", "set", "clear", "pass"] as const

class EventSubject implements Told {
  readonly #event = new asyncio.Event()
  readonly #line: Line
  readonly #crew: Crew
  #up = false
  /** Who waits, and whether the flag was up meanwhile. */
  readonly #waiting = new Map<number, boolean>()

  constructor(crew: Crew) {
    this.#crew = crew
    this.#line = new Line(this.#event, crew)
  }

  step(task: number, operation: number): PromiseLike<void> | undefined {
    this.#check()
    if (operation === 0) return this.#wait(task)
    if (operation === 3) return asyncio.sleep(0)
    if (operation === 1) {
      this.#up = true
      for (const who of this.#waiting.keys()) this.#waiting.set(who, true)
      this.#event.set()
    } else {
      this.#up = false
      this.#event.clear()
    }
    this.#check()
    return undefined
  }

  async #wait(task: number): Promise<void> {
    this.#waiting.set(task, this.#up)
    this.#line.begin(task)
    try {
      const gave = await this.#event.wait()
      must(gave && this.#waiting.get(task) === true, "a wait ended without a set")
    } finally {
      this.#waiting.delete(task)
      this.#line.end(task)
    }
    this.#check()
  }

  #check(): void {
    const { woken, pending } = this.#line.check()
    must(this.#event.isSet() === this.#up, "the flag is not as it was left")
    must(!this.#up || pending === 0, "the flag is up, and somebody waits for it")
    let raised = 0
    for (const up of this.#waiting.values()) if (up) raised += 1
    must(woken <= raised, "somebody was woken without a set")
  }

  atRest(): void {
    this.#check()
    for (const up of this.#waiting.values()) must(!up, "somebody who waited when the flag went up still waits")
  }

  atEnd(): void {
    must(this.#event.statistics().tasksWaiting === 0, "somebody was left in line")
  }

  tell(each: string[]): string {
    tellLine(this.#event[waitingIn](), this.#crew, each, "E")
    for (const [who, up] of this.#waiting) each[who] += up ? "up" : "down"
    return this.#up ? "up" : "down"
  }
}

export const event: Family = { name: "event", operations: OPERATIONS, variants: ["an event"], make: (_variant, crew) => new EventSubject(crew) }
