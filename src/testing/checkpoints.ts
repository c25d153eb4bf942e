/**
 * Whether code gives up its turn.
 */
import { checkFunction } from "../structures/arguments.ts"
import { brand } from "../errors/brand.ts"
import { RuntimeError } from "../errors/misuse.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { currentFrame, type Frame } from "../core/frame.ts"
import { foreignWait, observe, type TaskInfo } from "../core/observer.ts"
import { known, origins, placeOfAwait, place, type AwaitPlace } from "../core/place.ts"
import type { Wait } from "../core/wait.ts"

/** What `assertCheckpoints` and `assertNoCheckpoints` found was not so. */
export class CheckpointError extends Error {
  declare readonly name: "CheckpointError"
  declare readonly code: "ERR_CHECKPOINT"

  static {
    brand(this, "CheckpointError", "ERR_CHECKPOINT")
  }
}

interface Seen {
  /** Awaits of this library that suspended the task, the first with its place. */
  readonly own: { kind: string; place: AwaitPlace | undefined }[]
  /** Others, such as a bare `await fetch(…)`: other tasks run meanwhile, but no cancellation interrupts it. */
  foreign: number
}

/**
 * Runs `body` and fails unless it passes a checkpoint: an await that really suspends its task,
 * so that others run and a cancellation arrives. An operation that sometimes takes a shortcut
 * starves others in a loop; this finds it.
 *
 * An await of what is there already, such as a future that is done or a lock that is free, is no
 * checkpoint. Nor is a foreign promise: a cancellation leaves the code behind there instead of
 * interrupting it; `wrapFuture(promise)` is one.
 *
 * @returns what `body` gives
 * @throws CheckpointError if there was none; its `cause` is the error of `body`, if that failed.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { assertCheckpoints, runTest } from "asyncio-ts/testing"
 *
 * await runTest(async () => {
 *   await assertCheckpoints(() => asyncio.sleep(0))
 *   const lock = new asyncio.Lock()
 *   await asyncio.gather([assertCheckpoints(async () => lock.acquire())]).catch((error) => {
 *     console.log(error.name) // -> CheckpointError
 *   })
 *   lock.release()
 * })
 * ```
 *
 * @see https://trio.readthedocs.io/en/stable/reference-testing.html#trio.testing.assert_checkpoints
 */
export function assertCheckpoints<T>(body: () => T | PromiseLike<T>): Coroutine<Awaited<T>> {
  return checked("assertCheckpoints", body, ({ own, foreign }, where) => {
    if (own.length > 0) return undefined
    const but = foreign === 0 ? "every await in it was of something that was there already" : "it waited only for what is not of asyncio-ts, which a cancellation cannot interrupt; await wrapFuture(promise)"
    return `${where} passed no checkpoint: ${but}${foreign === 0 ? "; await asyncio.sleep(0) makes one" : ""}`
  })
}

/**
 * Runs `body` and fails if it suspends its task: no other task may run in the midst of it, and
 * no cancellation interrupt it. That is what makes a change of several fields safe.
 *
 * @returns what `body` gives
 * @throws CheckpointError if it suspended; it says at what, and where. Its `cause` is the error
 * of `body`, if that failed.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { assertNoCheckpoints, runTest } from "asyncio-ts/testing"
 *
 * await runTest(async () => {
 *   const queue = new asyncio.Queue<string>()
 *   await assertNoCheckpoints(() => queue.put("tea"))
 *   await assertNoCheckpoints(() => asyncio.sleep(1)).catch((error) => {
 *     console.log(error.message.split(" at ")[0]) // -> the body of assertNoCheckpoints gave up its turn
 *   })
 * })
 * ```
 *
 * @see https://trio.readthedocs.io/en/stable/reference-testing.html#trio.testing.assert_no_checkpoints
 */
export function assertNoCheckpoints<T>(body: () => T | PromiseLike<T>): Coroutine<Awaited<T>> {
  return checked("assertNoCheckpoints", body, ({ own, foreign }, where) => {
    const [first] = own
    if (first !== undefined) {
      const line = known(first.place?.line)
      return `${where} gave up its turn at ${first.kind}${line === undefined ? "" : `, ${line}`}${own.length > 1 ? `, and ${own.length - 1} more` : ""}`
    }
    return foreign === 0 ? undefined : `${where} gave up its turn at something that is not of asyncio-ts, such as a promise of the host's`
  })
}

function checked<T>(name: string, body: () => T | PromiseLike<T>, judge: (seen: Seen, where: string) => string | undefined): Coroutine<Awaited<T>> {
  checkFunction(body, `the body of ${name}`)
  const made = place()
  const run = async (): Promise<Awaited<T>> => {
    const frame = currentFrame()
    const owner = frame?.owner
    if (frame === undefined || owner === null || owner === undefined) throw new RuntimeError(`${name} is awaited by a task`)
    const { seen, stop } = watch(frame, owner)
    const verdict = (): string | undefined => {
      stop()
      const found = judge(seen, `the body of ${name}`)
      return found === undefined ? undefined : `${found}\n    ${made}`
    }
    let value: Awaited<T>
    try {
      value = await body()
    } catch (cause) {
      const wrong = verdict()
      if (wrong !== undefined) throw new CheckpointError(wrong, { cause })
      throw cause
    } finally {
      stop()
    }
    const wrong = verdict()
    if (wrong !== undefined) throw new CheckpointError(wrong)
    return value
  }
  return new BodyCoroutine<Awaited<T>>(name, run, undefined, [])
}

/** Sees what lines at and below `top` await that is not there yet. */
function watch(top: Frame, owner: object): { seen: Seen; stop: () => void } {
  const seen: Seen = { own: [], foreign: 0 }
  const stop = observe({
    lineParked(frame, on) {
      if (!isBelow(frame as Frame, top) || !("info" in on)) return
      const at = placeOfAwait(on)
      const kind = (on as Wait).info().kind
      // A wait of this library's own body, such as that of `Lock.run`, stands nearest to the code that made it.
      const made = origins.get(on)
      seen.own.push({ kind, place: known(at.line) === undefined && made !== undefined ? { ...at, line: made } : at })
    },
    taskParked(task: TaskInfo, on) {
      if ((task as object) === owner && on === foreignWait.info()) seen.foreign += 1
    },
  })
  return { seen, stop }
}

function isBelow(frame: Frame, top: Frame): boolean {
  for (let above: Frame | null = frame; above !== null; above = above.parent) if (above === top) return true
  return false
}
