/**
 * One function for each item of a chunk, for `map`.
 */
import { isThenable } from "../../structures/arguments.ts"
import { host } from "../../host/host.ts"
import { hostOperation } from "../../core/host-operation.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { isCancellation } from "../../errors/cancelled-error.ts"
import { canClone } from "../wire/clone-verdict.ts"
import type { EachResult } from "../wire/messages.ts"
import { takeTransfers } from "../wire/transfer.ts"
import { refusal } from "../wire/uncloneable.ts"
import { encodeError } from "../wire/wire-error.ts"
import type { Parent } from "./parent.ts"

/** Seconds of computing after which messages are looked at, so that a chunk of long calls hears that it is to end. */
const BREATH = 0.01

/** Calls `fn` for each of `items`, one after the other, up to the first failure. Throws only the chunk's own cancellation. */
export async function eachItem(fn: (item: unknown) => unknown, items: readonly unknown[], name: string): Promise<EachResult> {
  const values: unknown[] = []
  let breathed = host.now()
  for (const item of items) {
    try {
      const given = fn(item)
      const value = isThenable(given) ? await given : given
      if (isGenerator(value)) throw new TypeError(`'${name}' gives a generator: map takes a function with one result for each item; take the items with stream, or return a list`)
      values.push(value)
    } catch (error) {
      if (isCancellation(error)) throw error
      return { values, error: encodeError(error) }
    }
    if (host.now() - breathed < BREATH) continue
    await hostTurn()
    breathed = host.now()
  }
  return { values }
}

/** Gives back the results of a chunk. Those before one that cannot be sent go all the same. */
export function postResults(parent: Parent, id: number, result: EachResult, name: string): void {
  try {
    parent.post({ kind: "returned", id, value: result }, takeTransfers(result.values))
  } catch (error) {
    const { values } = result
    const boundary = parent.canPoll ? "thread" : "process"
    const at = values.findIndex((value) => !canClone(value, boundary))
    const refused = refusal(`cannot give back the result of '${name}'`, values.slice(at, at + 1), error, { name: "result", boundary })
    const whole = at === -1 ? [] : values.slice(0, at)
    parent.post({ kind: "returned", id, value: { values: whole, error: encodeError(refused) } satisfies EachResult })
  }
}

/** Lets the host read what was sent: `sleep(0)` lets it round only now and then. */
function hostTurn(): Coroutine<void> {
  return hostOperation<void>({
    name: "the next item",
    start(done) {
      const turn = setImmediate(() => done.returned(undefined))
      return () => clearImmediate(turn)
    },
  })
}

function isGenerator(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { next?: unknown }).next === "function"
}
