import { checkFunction } from "../structures/arguments.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { getRunningLoop } from "../core/running.ts"
import { sleep } from "../tasks/sleep.ts"
import { checkLength } from "./backoff.ts"
import { SharedRun } from "./shared-run.ts"

/** When a debounced function runs. */
export interface DebounceOptions {
  /**
   * Runs with the first call instead of after the last: calls share its outcome while it runs
   * and until none has come for `wait` seconds.
   */
  readonly leading?: boolean | undefined
}

/** Calls that become one. */
interface Burst<A, T> {
  self: unknown
  args: A
  until: number
  run: SharedRun<T>
}

/**
 * Makes a function that runs once for a burst of calls: when none has come for `wait` seconds,
 * with the arguments of the latest. All calls of the burst give its outcome.
 *
 * A call that is cancelled leaves the others alone; the run is cancelled with the last of them.
 * Each loop has bursts of its own.
 *
 * @param wait - seconds
 * @throws what `fn` throws. TypeError or RangeError at the call for a wait that is no time.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { debounce } from "asyncio-ts/flow"
 *
 * await asyncio.run(async () => {
 *   const find = debounce(async (text: string) => `found ${text}`, 0.01)
 *   console.log(await asyncio.gather(["t", "te", "tea"].map((text) => find(text)))) // -> [ 'found tea', 'found tea', 'found tea' ]
 * })
 * ```
 */
export function debounce<A extends unknown[], T, This = unknown>(
  fn: (this: This, ...args: A) => T | PromiseLike<T>,
  wait: number,
  options: DebounceOptions = {},
): (this: This, ...args: A) => Coroutine<Awaited<T>> {
  checkFunction(fn, "what debounce takes")
  checkLength(wait, "the wait of debounce")
  const { leading = false } = options
  const name = fn.name === "" ? "debounce" : fn.name
  // One for each loop: a task of one that has ended would never tell, and their clocks differ.
  const bursts = new WeakMap<EventLoop, Burst<A, T>>()

  const begin = (self: This, args: A, loop: EventLoop): Burst<A, T> => {
    const own: Omit<Burst<A, T>, "run"> = { self, args, until: loop.time() + wait }
    const run = async (): Promise<T> => {
      if (!leading) {
        await passed(own)
        bursts.delete(loop)
      }
      return fn.apply(own.self as This, own.args) // what the latest call was made on
    }
    return Object.assign(own, { run: new SharedRun<T>(name, run) })
  }

  const call = async (self: This, args: A): Promise<Awaited<T>> => {
    const loop = getRunningLoop()
    const now = loop.time()
    let burst = bursts.get(loop)
    if (burst === undefined || burst.run.abandoned || (leading && now >= burst.until && burst.run.done)) {
      burst = begin(self, args, loop)
      bursts.set(loop, burst)
    } else {
      burst.until = now + wait
      if (!leading) Object.assign(burst, { self, args })
    }
    return burst.run.join()
  }

  return function (this: This, ...args: A) {
    return new BodyCoroutine<Awaited<T>>(name, () => call(this, args), undefined, [])
  }
}

/** Waits until nobody has moved the end for so long. */
async function passed(burst: { readonly until: number }): Promise<void> {
  const loop = getRunningLoop()
  for (let left = burst.until - loop.time(); left > 0; left = burst.until - loop.time()) await sleep(left)
}
