/**
 * The loop of a notebook: made when a cell first needs it, and running from then on.
 *
 * A kernel runs a cell as code of its own, which nobody can make a task of. What such code awaits
 * becomes a task each time; the code itself belongs to none, as at asyncio's prompt.
 */
import { keepLoop, loopKeeper, requestBy, type LoopKeeper } from "../core/ambient.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { EventLoop } from "../core/event-loop.ts"
import { cancelFor, type Future } from "../core/future.ts"

/** Invariant: `#awaited` holds all that cells await and is not done; what is done leaves it with the loop's next callbacks. */
export class NotebookLoop implements LoopKeeper {
  readonly called = "a cell"
  #loop: EventLoop | null = null
  readonly #awaited = new Set<Future<unknown>>()

  /** Lets the code outside any loop use this one. */
  install(): this {
    keepLoop(this)
    return this
  }

  loop(): EventLoop {
    return (this.#loop ??= this.#made())
  }

  #made(): EventLoop {
    const loop = new EventLoop()
    // Tasks of other cells need it: who stops it stops it for a turn.
    const run = (): void => {
      if (loopKeeper === this) loop.runForever().then(run, run)
    }
    run()
    return loop
  }

  run<T>(coroutine: PromiseLike<T>): Promise<T> {
    return this.loop().createTask(coroutine as Coroutine<T>) // nothing else is given
  }

  waits(future: object): void {
    const awaited = future as Future<unknown> // nothing else is given
    if (this.#awaited.has(awaited)) return
    this.#awaited.add(awaited)
    awaited.addDoneCallback(() => this.#awaited.delete(awaited))
  }

  /** Cancels what cells await; tasks that none awaits go on. Gives how many it were. */
  stop(): number {
    const awaited = [...this.#awaited].filter((future) => !future.done())
    for (const future of awaited) future[cancelFor](requestBy(undefined, "Stop"))
    return awaited.length
  }
}
