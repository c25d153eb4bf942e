/**
 * How programs say what is awaited where they make something to await of their own.
 */
import type { WaitReason } from "./observer.ts"

/**
 * The key of a method with which a class of yours that extends `Future` says what whoever
 * awaits it waits for: shown by `asyncio-ts ps`, snapshots and timelines. It is called when
 * somebody looks, so it costs a program nothing.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * class Latch extends asyncio.Future<void> {
 *   [asyncio.waitReason]() {
 *     return `a latch, ${this.left} to go`
 *   }
 *   left = 3
 * }
 *
 * await asyncio.run(async () => {
 *   const latch = new Latch()
 *   console.log(latch[asyncio.waitReason]()) // -> a latch, 3 to go
 * })
 * ```
 */
export const waitReason: unique symbol = Symbol.for("asyncio-ts.waitReason")

/** What is waited for, in words; with more facts, what draws who waits for whom uses them. */
export type WaitWords =
  | string
  | {
      readonly text: string
      /** When the wait ends by itself, in seconds of the loop's clock. */
      readonly until?: number | undefined
      /** Nothing but a task of this process can end it. */
      readonly internal?: boolean | undefined
    }

/** Words, or what gives them when somebody looks. */
export type WaitWordsGiven = WaitWords | (() => WaitWords)

/** A reason with the words that a program has given. */
export function inWords(given: WaitWordsGiven, reason: WaitReason): WaitReason {
  const words = typeof given === "function" ? given() : given
  return typeof words === "string" ? { ...reason, text: words } : { ...reason, ...words, text: words.text }
}
