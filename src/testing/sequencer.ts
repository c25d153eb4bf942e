/**
 * Blocks of several tasks, entered in a given order.
 */
import { checkFunction, checkInteger } from "../structures/arguments.ts"
import type { CancelledError } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import type { WaitReason } from "../core/observer.ts"
import type { Wait } from "../core/wait.ts"
import { Held } from "../sync/held.ts"
import { LineOperation } from "../sync/line-operation.ts"
import { Primitive, reasonFor, waitingIn, type PrimitiveOptions } from "../sync/primitive.ts"

const mayEnter: unique symbol = Symbol("mayEnter")
const entered: unique symbol = Symbol("entered")
const givenUp: unique symbol = Symbol("givenUp")

/**
 * Puts blocks of code of several tasks in order: position 0 first, then 1, 2 and so on, whoever
 * comes first. Each position is entered once.
 *
 * If a task is cancelled while it waits for its turn, the order cannot be kept any more, and
 * whoever waits or comes later gets a `RuntimeError`, so that nobody waits for ever.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { runTest, Sequencer } from "asyncio-ts/testing"
 *
 * await runTest(async () => {
 *   const order = new Sequencer()
 *   const said: string[] = []
 *   await asyncio.gather([
 *     async () => {
 *       await order.at(0)
 *       said.push("one")
 *       await order.at(2)
 *       said.push("three")
 *     },
 *     () => order.run(1, () => said.push("two")),
 *   ])
 *   console.log(said.join(" ")) // -> one two three
 * })
 * ```
 *
 * @see https://trio.readthedocs.io/en/stable/reference-testing.html#trio.testing.Sequencer
 */
export class Sequencer extends Primitive {
  // Invariants: a position is in `#used` from when somebody asks for it; `#turn` is the one that
  // is inside, or the next to enter; nobody waits whose turn it is, nor once it is broken.
  readonly #used = new Set<number>()
  readonly #waiting = new Map<number, Enter<unknown>>()
  #turn = 0
  #broken: string | null = null

  constructor(options: PrimitiveOptions = {}) {
    super(options)
  }

  protected get kind(): string {
    return "Sequencer"
  }

  protected describe(): string {
    return this.#broken === null ? `turn of ${this.#turn}, waiting:${this.#waiting.size}` : "broken"
  }

  /**
   * Waits for the turn of `position`; it is over when this code next suspends. For more than
   * what stands up to the next `await`, see `run`.
   *
   * @throws RangeError or TypeError unless `position` is a whole number from 0 on; RuntimeError
   * if the position was used before, or the sequence is broken.
   * @throws CancelledError if the task is cancelled first, which breaks the sequence.
   */
  at(position: number): Coroutine<void> {
    checkPosition(position)
    return new Enter<void>(this, position, (leave) => leave())
  }

  /**
   * The same for a turn that lasts until what it gives is released:
   * `using turn = await order.enter(2)`.
   */
  enter(position: number): Coroutine<Held> {
    checkPosition(position)
    return new Enter<Held>(this, position, (leave) => new Held(leave))
  }

  /** Runs `body` as the block of `position`; gives its value. The turn passes on however it ends. */
  run<T>(position: number, body: () => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkPosition(position)
    checkFunction(body, "the body of Sequencer.run")
    const run = async (): Promise<Awaited<T>> => {
      const turn = await this.enter(position)
      try {
        return await body()
      } finally {
        turn.release()
      }
    }
    return new BodyCoroutine<Awaited<T>>("Sequencer.run", run, undefined, [])
  }

  /** Whether `operation` may go in at once; else it waits. */
  [mayEnter](operation: Enter<unknown>): boolean {
    this.#mustBeWhole()
    const { position } = operation
    if (this.#used.has(position)) {
      throw new RuntimeError(`position ${position} of this Sequencer was used before; give each block a position of its own`)
    }
    this.#used.add(position)
    if (position === this.#turn) return true
    this.#waiting.set(position, operation)
    return false
  }

  /** What ends the turn of `operation`, which has come. @throws RuntimeError if the sequence broke meanwhile. */
  [entered]({ position }: Enter<unknown>): () => void {
    if (this.#turn !== position) this.#mustBeWhole()
    return () => {
      this.#turn = position + 1
      const next = this.#waiting.get(this.#turn)
      this.#waiting.delete(this.#turn)
      next?.wake()
    }
  }

  /** `operation` will not take its turn. */
  [givenUp](operation: Enter<unknown>): void {
    if (this.#broken !== null) return
    this.#broken = `the task at position ${operation.position} was cancelled before its turn`
    const others = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const other of others) if (other !== operation) other.wake()
  }

  override [reasonFor](wait: Wait): WaitReason {
    const { position } = wait as unknown as Enter<unknown> // nothing else waits here
    const name = this.name === "" ? "a sequencer" : `sequencer '${this.name}'`
    return { kind: "Sequencer.enter", text: `position ${position} of ${name}, where it is the turn of ${this.#turn}`, on: this, internal: true }
  }

  override [waitingIn](): Iterable<Wait> {
    return this.#waiting.values()
  }

  #mustBeWhole(): void {
    if (this.#broken === null) return
    throw new RuntimeError(`this Sequencer is broken: ${this.#broken}; make a new one`)
  }
}

class Enter<T> extends LineOperation<T> {
  readonly position: number
  readonly #sequencer: Sequencer
  readonly #give: (leave: () => void) => T

  constructor(sequencer: Sequencer, position: number, give: (leave: () => void) => T) {
    super(sequencer)
    this.#sequencer = sequencer
    this.position = position
    this.#give = give
  }

  get name(): string {
    return "Sequencer.enter"
  }

  begin(): T | Waiting {
    return this.#sequencer[mayEnter](this) ? this.#give(this.#sequencer[entered](this)) : waiting
  }

  woken(error: CancelledError | null): T {
    if (error !== null) {
      this.dropped()
      throw error
    }
    return this.#give(this.#sequencer[entered](this))
  }

  dropped(): void {
    this.#sequencer[givenUp](this)
  }
}

function checkPosition(position: number): void {
  checkInteger(position, "a position of a Sequencer", 0)
}
