/**
 * Who waits for the next item of a source that fills from outside.
 */
import type { CancelledError } from "../errors/cancelled-error.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Frame } from "../core/frame.ts"
import type { WaitInfo } from "../core/observer.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import type { Scheduler } from "../core/scheduler.ts"
import { Binding } from "../sync/binding.ts"
import { LineOperation } from "../sync/line-operation.ts"
import { WaitList } from "../sync/wait-list.ts"

/** A source of items. */
export interface NextSource<T> {
  /** What waits for it is called, such as `fromEvent`, and what it waits for. */
  readonly info: WaitInfo
  /** Whether the host fills it, so that a virtual clock does not jump over a wait. */
  readonly byHost: boolean
  /** Somebody wants an item; called before each `take` of a call of `next`. */
  wanted(): void
  /**
   * The next item, or the end; undefined while there is none. Throws once what it failed with.
   * An item stays in the source until it is taken, so a cancelled wait loses none.
   */
  take(): IteratorResult<T, undefined> | undefined
  /** Ends, since a loop over it was left. */
  end(): void
}

/** What a `for await` loop uses: a loop that is cancelled while it waits is left, as by `break`. */
export interface LoopIterator<T> extends AsyncIterator<T, undefined, undefined> {
  next(): Coroutine<IteratorResult<T, undefined>>
  return(): Promise<IteratorResult<T, undefined>>
}

/** Invariant: whoever is woken has left the line, and passes its wake-up on when it cannot use it. */
export class NextLine<T> {
  readonly source: NextSource<T>
  readonly #waiters = new WaitList()
  readonly #binding: Binding

  constructor(source: NextSource<T>) {
    this.source = source
    this.#binding = new Binding(`iterator of ${source.info.kind}`)
  }

  /** How many wait. */
  get size(): number {
    return this.#waiters.size
  }

  next(): Coroutine<IteratorResult<T, undefined>> {
    return new Next(this, false)
  }

  /** For a loop, which asks for nothing more once `next` has thrown, and then calls no `return`. */
  nextOfLoop(): Coroutine<IteratorResult<T, undefined>> {
    return new Next(this, true)
  }

  /** One item has come. */
  notify(): void {
    this.#waiters.popFirst()
  }

  /** The end has come, or a failure. */
  notifyAll(): void {
    this.#waiters.popAll()
  }

  join(member: Next<T>, loop: Scheduler): void {
    this.#binding.bind(loop)
    this.#waiters.add(member)
  }

  leave(member: Next<T>): void {
    this.#waiters.remove(member)
  }
}

class Next<T> extends LineOperation<IteratorResult<T, undefined>> {
  readonly #line: NextLine<T>
  readonly #ofLoop: boolean
  #counted: Scheduler | null = null

  constructor(line: NextLine<T>, ofLoop: boolean) {
    super()
    this.#line = line
    this.#ofLoop = ofLoop
  }

  get name(): string {
    return this.#line.source.info.kind
  }

  override info(): WaitInfo {
    return this.#line.source.info
  }

  begin({ loop }: Frame): IteratorResult<T, undefined> | Waiting {
    this.#line.source.wanted()
    return this.#attempt(loop)
  }

  #attempt(loop: Scheduler | undefined): IteratorResult<T, undefined> | Waiting {
    const taken = this.#line.source.take()
    if (taken !== undefined || loop === undefined) return taken ?? waiting
    this.#line.join(this, loop)
    if (this.#line.source.byHost && this.#counted === null) {
      this.#counted = loop
      loop.hostOperations += 1
    }
    return waiting
  }

  woken(error: CancelledError | null): IteratorResult<T, undefined> | Waiting {
    if (error === null) {
      // The frame may have ended; then `dropped` follows.
      const result = this.#attempt(this.frame?.loop)
      if (result !== waiting) this.#uncount()
      return result
    }
    this.#giveUp()
    throw error
  }

  dropped(): void {
    this.#giveUp()
  }

  #giveUp(): void {
    this.#uncount()
    this.#line.leave(this)
    if (this.#ofLoop) this.#line.source.end()
    // It was woken for an item that it cannot take any more.
    if (!this.pending && !this.cancelled) this.#line.notify()
  }

  #uncount(): void {
    const loop = this.#counted
    if (loop === null) return
    this.#counted = null
    loop.hostOperations -= 1
    loop.wake()
  }
}
