/** Whether two types are the same, to the last `readonly`; `any` is the same as itself alone. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/**
 * Compiles only if the type of `value` is exactly the expected one.
 *
 * @example
 * ```ts
 * expectType<string>()(await asyncio.sleep(1, "result"), true)
 * ```
 */
export function expectType<Expected>() {
  return <Actual>(_value: Actual, _same: Same<Actual, Expected>): void => undefined
}
