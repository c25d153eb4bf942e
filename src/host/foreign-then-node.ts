/**
 * A `then` that knows whether an `await` called it.
 *
 * For `await thenable` the engine calls `then` from a job of its own, with functions that it
 * makes in the realm that `then` belongs to
 * (https://tc39.es/ecma262/#sec-newpromiseresolvethenablejob). So a `then` made in a realm
 * that nobody else has can tell them from all others by their prototype: whoever else calls
 * it passes functions of the program's realm, the resolving functions of the program's own
 * promises included. Asking a function for its source text tells less and costs 100 ns.
 *
 * What is known then: nothing is on the stack, nobody reads what `then` returns, and calling
 * the functions runs nobody's code. That saves a promise for each wait.
 */
import { createContext, runInContext } from "node:vm"
import type { Then } from "./host.ts"

type MakeThen = (implementation: Then) => (this: unknown) => unknown

// The test stands in the realm too, where the compiler can take it apart. One function is
// enough: the engine makes both or none. Not `__proto__`, which is 14 ns faster: hardened
// programs make it throw.
const source = `((own, prototypeOf) => (implementation) => function then(onFulfilled, onRejected) {
  const byEngine = typeof onFulfilled === "function" && prototypeOf(onFulfilled) === own
  return implementation(this, onFulfilled, onRejected, byEngine)
})(Function.prototype, Object.getPrototypeOf)`

let makeThen: MakeThen | undefined

/** Makes `then` the method of that name of `prototype`. */
export function foreignThen(prototype: object, then: Then): void {
  makeThen ??= runInContext(source, createContext(Object.create(null)), { filename: "asyncio-ts/then" }) as MakeThen // as written above
  const method = makeThen(then)
  // To the program it looks like any other function.
  Object.setPrototypeOf(method, Function.prototype)
  Object.defineProperty(prototype, "then", { value: method, writable: true, configurable: true })
}
