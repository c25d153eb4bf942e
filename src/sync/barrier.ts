import { checkFunction, checkInteger } from "../structures/arguments.ts"
import { BrokenBarrierError } from "../errors/misuse.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Wait } from "../core/wait.ts"
import { Condition } from "./condition.ts"
import { insides, partOf, Primitive, waitingIn, type PrimitiveOptions } from "./primitive.ts"

/** What `Barrier.statistics` gives. */
export interface BarrierStatistics {
  readonly parties: number
  readonly tasksWaiting: number
  readonly broken: boolean
}

/**
 * Lets a number of tasks go on only when all of them have come; cyclic.
 *
 * States: *filling* until the last party comes; *draining* while they leave, when nobody
 * new may enter; *resetting* while waiters leave with an error; *broken* until `reset`.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const barrier = new asyncio.Barrier(2)
 *   const arrive = async () => barrier.wait()
 *   console.log(await asyncio.gather([arrive, arrive])) // -> [ 0, 1 ]
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Barrier
 */
export class Barrier extends Primitive {
  readonly #condition = partOf(this, new Condition())
  readonly #parties: number
  // Invariant: those inside hold distinct indices below #parties. CPython numbers them by
  // their count and may hand out an index twice after a cancellation (gh-155233).
  readonly #inside = new Set<number>()
  #state: "filling" | "draining" | "resetting" | "broken" = "filling"

  /** @throws RangeError if `parties` is below 1. */
  constructor(parties: number, options: PrimitiveOptions = {}) {
    super(options)
    checkInteger(parties, "the parties of a barrier", 1)
    this.#parties = parties
  }

  protected get kind(): string {
    return "Barrier"
  }

  protected describe(): string {
    return `${this.#state}${this.broken ? "" : `, waiters:${this.nWaiting}/${this.#parties}`}`
  }

  /** How many tasks it takes. */
  get parties(): number {
    return this.#parties
  }

  /** How many wait at it now. */
  get nWaiting(): number {
    return this.#state === "filling" ? this.#inside.size : 0
  }

  get broken(): boolean {
    return this.#state === "broken"
  }

  /**
   * Waits for the others; gives an index from 0 to `parties - 1`, another to each. The last
   * to come does not suspend.
   *
   * @throws BrokenBarrierError if the barrier is reset or aborted meanwhile, or is broken.
   * @throws CancelledError if the task is cancelled first; the barrier counts one less.
   */
  wait(): Coroutine<number> {
    return new BodyCoroutine("Barrier.wait", () => this.#locked(() => this.#wait()))
  }

  /** Waits for the others, then runs `body` with the index. */
  run<T>(body: (index: number) => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of Barrier.run")
    const run = async (): Promise<Awaited<T>> => body(await this.wait()) as Awaited<T> // async awaits it
    return new BodyCoroutine<Awaited<T>>("Barrier.run", run)
  }

  /** Empties the barrier: who waits gets BrokenBarrierError; repairs one that was aborted. */
  reset(): Coroutine<void> {
    const reset = (): Promise<void> =>
      this.#locked(() => {
        this.#state = this.#inside.size > 0 ? "resetting" : "filling"
        this.#condition.notifyAll()
      })
    return new BodyCoroutine("Barrier.reset", reset)
  }

  /** Breaks the barrier: who waits or comes gets BrokenBarrierError until `reset`. */
  abort(): Coroutine<void> {
    const abort = (): Promise<void> =>
      this.#locked(() => {
        this.#state = "broken"
        this.#condition.notifyAll()
      })
    return new BodyCoroutine("Barrier.abort", abort)
  }

  get [insides](): string {
    return this.#state
  }

  override [waitingIn](): Iterable<Wait> {
    return this.#condition[waitingIn]()
  }

  /** A snapshot for people and tests. */
  statistics(): BarrierStatistics {
    return { parties: this.#parties, tasksWaiting: this.nWaiting, broken: this.broken }
  }

  async #locked<T>(body: () => T | PromiseLike<T>): Promise<T> {
    await this.#condition.acquire()
    try {
      return await body()
    } finally {
      this.#condition.release()
    }
  }

  async #wait(): Promise<number> {
    await this.#condition.waitFor(() => this.#state !== "draining" && this.#state !== "resetting")
    if (this.#state === "broken") throw new BrokenBarrierError("the barrier was aborted; reset() repairs it")
    const index = this.#enter()
    try {
      if (this.#inside.size === this.#parties) {
        this.#state = "draining"
        this.#condition.notifyAll()
      } else {
        await this.#condition.waitFor(() => this.#state !== "filling")
        this.#checkReleased()
      }
      return index
    } finally {
      this.#leave(index)
    }
  }

  #checkReleased(): void {
    if (this.#state === "broken" || this.#state === "resetting") {
      throw new BrokenBarrierError("the barrier was reset or aborted while tasks waited at it")
    }
  }

  #enter(): number {
    let index = 0
    while (this.#inside.has(index)) index += 1
    this.#inside.add(index)
    return index
  }

  #leave(index: number): void {
    this.#inside.delete(index)
    if (this.#inside.size > 0) return
    if (this.#state === "resetting" || this.#state === "draining") this.#state = "filling"
    this.#condition.notifyAll()
  }
}
