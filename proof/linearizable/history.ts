/**
 * What several tasks did with one object, and when: the input of the check.
 */

/** One call of an operation. Times are numbers of events: whole, and no two alike. */
export interface Call {
  readonly task: number
  readonly name: string
  readonly given?: number | undefined
  readonly begin: number
  /** Infinity for one that had not ended when everything rested. */
  end: number
  /** A value, `done`, `cancelled`, or the name of another error that it threw. Undefined while it has not ended. */
  gave?: number | string | boolean | undefined
}

/** What is written down for an error. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : `threw ${String(error)}`
}

/** Whether a call threw something, other than because it was cancelled. */
export function threw({ gave }: Call): boolean {
  return typeof gave === "string" && gave !== "done" && gave !== "cancelled"
}

/** The order of events, and the calls in the order in which they began. Invariant: nothing of it changes once it is `over`. */
export class History {
  readonly calls: Call[] = []
  over = false
  #events = 0

  begin(task: number, name: string, given?: number): Call {
    const call: Call = { task, name, given, begin: (this.#events += 1), end: Infinity }
    this.calls.push(call)
    return call
  }

  end(call: Call, gave: Call["gave"]): void {
    if (this.over) return
    call.end = this.#events += 1
    call.gave = gave
  }

  toString(): string {
    return this.calls
      .map(({ task, name, given, begin, end, gave }) => {
        const what = `${String.fromCodePoint(65 + task)}: ${name}(${given ?? ""})`
        return end === Infinity ? `${begin}.. ${what} has not ended` : `${begin}..${end} ${what} gave ${String(gave)}`
      })
      .join("\n")
  }
}
