/**
 * The type of a coroutine function, made of the type of its body.
 */
import type { Coroutine } from "./coroutine.ts"

/** The last two ways to call a function; twice the same if there is one. */
type LastTwo<F> = F extends { (...args: infer A): infer R; (...args: infer B): infer S } ? [one: [A, R], other: [B, S]] : never

type IsOverloaded<F> = LastTwo<F> extends [infer One, infer Other] ? ([One, Other] extends [Other, One] ? false : true) : false

/**
 * Takes whatever `CoroutineFunction` describes, and nothing for a single generic signature:
 * a conditional type would lose its type parameters, inference keeps them. While the
 * compiler does not know more of an argument than that it is a function, it takes it too.
 */
export type Describable<F> = F extends (this: infer This, ...args: infer A) => infer R
  ? IsOverloaded<F> extends true
    ? unknown
    : ((this: This, ...args: A) => R) extends F
      ? unknown
      : never
  : Function extends F
    ? unknown
    : never

/** Of an overloaded function the last four ways to call it are kept, since TypeScript cannot take all. */
export type CoroutineFunction<F> =
  IsOverloaded<F> extends true
    ? F extends {
        (this: infer T1, ...args: infer A1): infer R1
        (this: infer T2, ...args: infer A2): infer R2
        (this: infer T3, ...args: infer A3): infer R3
        (this: infer T4, ...args: infer A4): infer R4
      }
      ? {
          (this: T1, ...args: A1): Coroutine<Awaited<R1>>
          (this: T2, ...args: A2): Coroutine<Awaited<R2>>
          (this: T3, ...args: A3): Coroutine<Awaited<R3>>
          (this: T4, ...args: A4): Coroutine<Awaited<R4>>
        }
      : never
    : F extends (this: infer This, ...args: infer A) => infer R
      ? unknown extends This
        ? (...args: A) => Coroutine<Awaited<R>>
        : (this: This, ...args: A) => Coroutine<Awaited<R>>
      : never
