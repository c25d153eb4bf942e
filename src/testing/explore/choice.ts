/**
 * Choices of a program's own, such as the fakes that it is tested with.
 */
import { checkFunction, checkInteger } from "../../structures/arguments.ts"
import { currentFrame } from "../../core/frame.ts"
import { ExploreLoop } from "./explore-loop.ts"
import { checkLabel } from "../kit-options.ts"

/**
 * Chooses one of `count` things: in a run of `explore` it explores them all, elsewhere it is 0.
 * So 0 should be what usually happens.
 *
 * @param label - what is chosen, for the story of a failure
 * @throws RangeError if `count` is below 1, TypeError if it is no whole number.
 *
 * @example
 * ```ts
 * import { choice, explore } from "asyncio-ts/testing"
 *
 * const seen = new Set<number>()
 * await explore(async () => {
 *   seen.add(choice(3, "how many items the server sends"))
 * })
 * console.log([...seen].sort().join(" ")) // -> 0 1 2
 * ```
 */
export function choice(count: number, label: string): number {
  checkInteger(count, "the number of things to choose from", 1)
  checkLabel(label, "the label of a choice")
  const loop = currentFrame()?.loop
  return loop instanceof ExploreLoop ? loop.choose(count, label) : 0
}

/**
 * Whether something happens that need not: in a run of `explore` both are explored, elsewhere
 * it does not.
 *
 * @param label - what happens, for the story of a failure
 *
 * @example
 * ```ts
 * import { maybe } from "asyncio-ts/testing"
 *
 * console.log(maybe("the connection breaks")) // -> false
 * ```
 */
export function maybe(label: string): boolean {
  return choice(2, label) === 1
}

/**
 * A door where things go wrong: in a run of `explore` it may throw what `makeError` makes;
 * elsewhere it does nothing.
 *
 * @param label - what goes wrong, for the story of a failure
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { explore, fault } from "asyncio-ts/testing"
 *
 * const fetchPrice = async (): Promise<number> => {
 *   await asyncio.sleep(0.1)
 *   fault("the server answers 503", () => new Error("503"))
 *   return 42
 * }
 * let failed = 0
 * await explore(async () => {
 *   await fetchPrice().catch(() => (failed += 1))
 * })
 * console.log(failed > 0) // -> true
 * ```
 */
export function fault(label: string, makeError: () => Error): void {
  checkFunction(makeError, "what makes the error of a fault")
  if (maybe(label)) throw makeError()
}
