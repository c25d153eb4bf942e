type IsAny<T> = 0 extends 1 & T ? true : false
type Same<A, B> = IsAny<A> extends true ? false : [A, B] extends [B, A] ? true : false

/**
 * Compiles only if the type of `value` is the expected one, which `any` never is.
 *
 * @example
 * ```ts
 * expectType<string>()(await asyncio.sleep(1, "result"), true)
 * ```
 */
export function expectType<Expected>() {
  return <Actual>(_value: Actual, _same: Same<Actual, Expected>): void => undefined
}
