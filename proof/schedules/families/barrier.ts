import * as asyncio from "asyncio-ts"
import { insides, waitingIn } from "#src/sync/primitive.ts"
import { must, type Crew, type Family, type Told } from "../family.ts"
import { taskOf, tellLine } from "../line.ts"

const OPERATIONS = ["wait", "pass", "abort", "reset"] as const

interface Waiting {
  /** Who else waited at some moment of it. */
  readonly met: Set<object>
  /** Whether the barrier was broken, or reset or aborted, at some moment of it. */
  disturbed: boolean
  /** The number that it has at the barrier, once it is counted. */
  index: number | undefined
}

class BarrierSubject implements Told {
  readonly #barrier: asyncio.Barrier
  readonly #parties: number
  readonly #crew: Crew
  readonly #waiting = new Map<number, Waiting>()
  #broken = false
  /** Calls of `abort` and `reset` that have not ended. */
  #disturbing = 0
  /** Numbers that were given, since the round of the latest one began. */
  readonly #given = new Set<number>()
  #cancelled = 0

  constructor(parties: number, crew: Crew) {
    this.#barrier = new asyncio.Barrier(parties)
    this.#parties = parties
    this.#crew = crew
  }

  step(task: number, operation: number): PromiseLike<void> | undefined {
    if (operation === 0) return this.#wait(task)
    if (operation === 1) return asyncio.sleep(0)
    return this.#disturb(operation === 2)
  }

  async #disturb(abort: boolean): Promise<void> {
    this.#disturbing += 1
    for (const waiting of this.#waiting.values()) waiting.disturbed = true
    try {
      await (abort ? this.#barrier.abort() : this.#barrier.reset())
      this.#broken = abort
      must(this.#barrier.broken === abort, "the barrier is not as abort or reset left it")
    } finally {
      this.#disturbing -= 1
      for (const waiting of this.#waiting.values()) waiting.disturbed = true
      this.#given.clear()
    }
  }

  async #wait(task: number): Promise<void> {
    const waiting: Waiting = { met: new Set(), disturbed: this.#broken || this.#disturbing > 0, index: undefined }
    for (const other of this.#waiting.values()) {
      other.met.add(waiting)
      waiting.met.add(other)
    }
    this.#waiting.set(task, waiting)
    try {
      const index = await this.#barrier.wait()
      must(index >= 0 && index < this.#parties, "a number that the barrier does not have")
      must(waiting.met.size >= this.#parties - 1, "somebody went on before all were there")
      this.#give(index)
    } catch (error) {
      if (error instanceof asyncio.CancelledError) this.#cancelled += 1
      else if (!(error instanceof asyncio.BrokenBarrierError)) throw error
      else must(waiting.disturbed, "a wait was broken, and nobody had aborted or reset")
      if (error instanceof asyncio.CancelledError) throw error
    } finally {
      this.#waiting.delete(task)
    }
  }

  /** No two in one round have one number. */
  #give(index: number): void {
    if (this.#given.has(index)) {
      must(this.#given.size + this.#cancelled >= this.#parties, "two in one round have one number")
      this.#given.clear()
      this.#cancelled = 0
    }
    this.#given.add(index)
  }

  atRest(): void {
    const { size } = this.#waiting
    must(!this.#barrier.broken || size === 0, "the barrier is broken, and somebody waits at it")
    must(size < this.#parties, "all are there, and nobody goes on")
    must(this.#barrier.nWaiting === size, "the barrier counts others than those who wait")
  }

  atEnd(): void {
    must(this.#barrier.nWaiting === 0 && [...this.#barrier[waitingIn]()].length === 0, "somebody was left at the barrier")
    must(this.#barrier[insides] === "filling" || this.#barrier.broken, "the barrier was left half empty")
  }

  tell(each: string[]): string {
    const state = this.#barrier[insides]
    for (const wait of this.#barrier[waitingIn]()) {
      const waiting = this.#waiting.get(this.#crew.numberOf(taskOf(wait)))
      // Whoever waits while it fills has been counted: any other state wakes all first.
      if (waiting !== undefined && wait.state === "pending" && state === "filling") waiting.index ??= this.#free()
    }
    tellLine(this.#barrier[waitingIn](), this.#crew, each, "B")
    const others = [...this.#waiting.values()]
    for (const [who, waiting] of this.#waiting) {
      const { met, disturbed, index } = waiting
      const whom = met.size >= this.#parties - 1 ? "all" : `${met.size}${others.map((other) => Number(met.has(other))).join("")}`
      each[who] += `${index ?? "-"}${disturbed ? "d" : ""}o${others.indexOf(waiting)}m${whom}`
    }
    return `${state} ${this.#broken} ${this.#disturbing} ${[...this.#given].toSorted((a, b) => a - b).join("")} ${Math.min(this.#cancelled, this.#parties)}`
  }

  #free(): number {
    const taken = [...this.#waiting.values()].map(({ index }) => index)
    let index = 0
    while (taken.includes(index)) index += 1
    return index
  }
}

export const barrier: Family = {
  name: "barrier",
  operations: OPERATIONS,
  variants: ["a barrier of 1", "a barrier of 2", "a barrier of 3"],
  make: (variant, crew) => new BarrierSubject(variant + 1, crew),
}
