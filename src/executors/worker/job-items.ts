import { describe, isThenable } from "../../structures/arguments.ts"
import type { EventLoop } from "../../core/event-loop.ts"
import { Future, returnWith } from "../../core/future.ts"
import { WINDOW } from "../wire/messages.ts"
import { takeTransfers } from "../wire/transfer.ts"
import { refusal, refuseLost } from "../wire/uncloneable.ts"
import type { Parent } from "./parent.ts"

/**
 * The items of a job that is a generator, no more of them ahead of the reader than it asked for.
 *
 * Invariant: `#room` is how many may be posted now; somebody waits only while it is 0.
 */
export class JobItems {
  readonly #parent: Parent
  readonly #id: number
  readonly #loop: EventLoop
  #room = WINDOW
  #waiter: Future<void> | null = null

  constructor(parent: Parent, id: number, loop: EventLoop) {
    this.#parent = parent
    this.#id = id
    this.#loop = loop
  }

  /** The reader has taken some. */
  more(count: number): void {
    this.#room += count
    const waiter = this.#waiter
    this.#waiter = null
    if (waiter !== null && !waiter.done()) waiter[returnWith](undefined)
  }

  /** Posts all items of what the job `name` gave; a request to end closes the generator. */
  async post(given: unknown, name: string): Promise<void> {
    const source = isThenable(given) ? await given : given
    if (isIterable(source, Symbol.asyncIterator)) {
      for await (const item of source as AsyncIterable<unknown>) await this.#post(item, name)
    } else if (isIterable(source, Symbol.iterator)) {
      for (const item of source as Iterable<unknown>) await this.#post(isThenable(item) ? await item : item, name)
    } else {
      throw new TypeError(`'${name}' gives ${describe(source)} and no items: await it, or make it a generator`)
    }
  }

  async #post(value: unknown, name: string): Promise<void> {
    while (this.#room === 0) await (this.#waiter = new Future<void>({ loop: this.#loop, reason: "room for more items at the caller of the job" }))
    this.#room -= 1
    const attempt = `cannot give out an item of '${name}'`
    const sent = { name: "item", boundary: this.#parent.canPoll ? "thread" : "process" } as const
    refuseLost(attempt, [value], sent)
    try {
      this.#parent.post({ kind: "item", id: this.#id, value }, takeTransfers([value]))
    } catch (error) {
      throw refusal(attempt, [value], error, sent)
    }
    this.#parent.poll()
  }
}

function isIterable(value: unknown, by: symbol): boolean {
  return typeof value === "object" && value !== null && by in value
}
