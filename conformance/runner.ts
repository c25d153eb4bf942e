import { setImmediate, setTimeout } from "node:timers"
import { setImmediate as hostTurn } from "node:timers/promises"

import type { Began } from "./coverage.ts"
import { start, type Failure, type Running } from "./interpreter.ts"
import type { Scenario } from "./scenario.ts"

/** A scenario, where it stands, and the arguments that run just this one. */
export interface Located {
  readonly scenario: Scenario
  readonly place: string
  readonly rerun: string
}

/** Where the loop of each scenario is entered from; `tick` is what CommonJS code often runs in. */
export type Entry = "microtask" | "timer" | "tick"

export interface Listener {
  /** @param ms - how long the scenario ran */
  passed(ms: number): void
  failed(item: Located, failure: Failure, ms: number): void
}

const STALLED_MS = 5000
// A timer takes a millisecond to come round and an immediate takes none.
const ONE_TIMER_IN = 16

/**
 * Runs the scenarios one after the other, in debug mode if asked, until they end or `stop` is aborted.
 *
 * @param began - is told of each operation that begins
 */
export async function runScenarios(
  items: Iterable<Located> | AsyncIterable<Located>,
  entry: Entry,
  listener: Listener,
  stop?: AbortSignal,
  debug = false,
  began?: Began,
): Promise<void> {
  const guard = new Guard()
  let count = 0
  try {
    for await (const item of items) {
      if (stop?.aborted === true) break
      const started = performance.now()
      const failure = await guard.result(await enter(entry, count++, () => start(item.scenario, debug, began)))
      const ms = performance.now() - started
      if (failure === undefined) listener.passed(ms)
      else listener.failed(item, failure, ms)
    }
  } finally {
    guard.close()
  }
}

/** Calls `begin` in the wished kind of host callback. */
async function enter(entry: Entry, index: number, begin: () => Running): Promise<Running> {
  if (entry === "microtask") return begin()
  return new Promise((resolve, reject) => {
    const inside = (): void => {
      try {
        resolve(begin())
      } catch (error) {
        reject(error)
      }
    }
    if (entry === "tick") process.nextTick(inside)
    else if (index % ONE_TIMER_IN === 0) setTimeout(inside, 0)
    else setImmediate(inside)
  })
}

/** Fails a scenario that never ends, and one that lets an error pass that nobody handles. */
class Guard {
  #running: Running | undefined
  #since = 0
  #stray: Error | undefined
  // It also keeps the process alive while a loop waits for something that never comes.
  readonly #interval = setInterval(() => this.#look(), 1000)
  readonly #onError = (error: unknown): void => {
    this.#stray ??= new Error("an error that nobody handled", { cause: error })
  }

  constructor() {
    process.on("uncaughtException", this.#onError).on("unhandledRejection", this.#onError)
  }

  async result(running: Running): Promise<Failure | undefined> {
    this.#running = running
    this.#since = performance.now()
    const failure = await running.result
    this.#running = undefined
    // What nobody handles shows up once the microtasks are over.
    await hostTurn()
    const stray = this.#stray
    this.#stray = undefined
    return failure ?? (stray && { got: [], trouble: stray })
  }

  close(): void {
    clearInterval(this.#interval)
    process.off("uncaughtException", this.#onError).off("unhandledRejection", this.#onError)
  }

  #look(): void {
    if (this.#running === undefined || performance.now() - this.#since < STALLED_MS) return
    const stalled = new Error(`the scenario has not ended after ${STALLED_MS / 1000} s of real time`, {
      cause: this.#stray,
    })
    this.#running.giveUp(stalled)
  }
}
