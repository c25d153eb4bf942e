/**
 * The engine's own promises, whatever a program puts in their place.
 *
 * `await` asks neither the global `Promise` nor a promise's own `then`: tracers and promise
 * libraries replace both, and call back in contexts of theirs.
 */
export const NativePromise: PromiseConstructor = Object.getPrototypeOf((async () => undefined)()).constructor as PromiseConstructor // of what async functions return

const { then } = NativePromise.prototype

/** Whether reactions attached with `attach` run in the async context of that call. */
export const attachKeepsContext = /\[native code\]/.test(Function.prototype.toString.call(then))

/** `promise.then`, as `await` does it. */
export function attach<T>(promise: Promise<T>, onFulfilled: (value: T) => void, onRejected: (error: unknown) => void): void {
  void then.call(promise, onFulfilled as (value: unknown) => void, onRejected) // of a promise of T
}
