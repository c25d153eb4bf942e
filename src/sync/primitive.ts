import { Shown } from "../structures/shown.ts"
import type { Glance } from "../core/glance.ts"
import type { WaitInfo, WaitReason } from "../core/observer.ts"
import type { Wait } from "../core/wait.ts"

/** How any primitive is made. */
export interface PrimitiveOptions {
  /** What it is called where it is printed, and where somebody asks what a task waits for. */
  readonly name?: string | undefined
}

/** Why one that waits at a primitive waits. */
export const reasonFor: unique symbol = Symbol("reasonFor")
/** What stands in words only for those who look: see primitive-words.ts. */
export const insides: unique symbol = Symbol("insides")
/** The numbers of the tasks that hold it, as far as known; who releases it need not be one of them. */
export const holdersOf: unique symbol = Symbol("holdersOf")
/** Those who wait in its lines, first comes first. */
export const waitingIn: unique symbol = Symbol("waitingIn")

/** What a primitive that nobody sees is a part of: the barrier of a condition. */
export const standsFor: unique symbol = Symbol("standsFor")

// Weakly: what a program has dropped is not shown. Only those at which somebody had to wait,
// and large queues: the others have nothing to tell, and making one must stay cheap.
const remembered = new Set<WeakRef<Primitive>>()
const known = new WeakSet<Primitive>()
let sweepAt = 64

/** Lets those who look at the program see `primitive` also while nobody waits at it. */
export function remember(primitive: Primitive): void {
  const whole = primitive[standsFor] ?? primitive
  if (known.has(whole)) return
  known.add(whole)
  remembered.add(new WeakRef(whole))
  if (remembered.size < sweepAt) return
  for (const one of remembered) if (one.deref() === undefined) remembered.delete(one)
  sweepAt = remembered.size * 2 + 64
}

/**
 * Has those who wait at a primitive that nobody sees say what they wait for in truth. It is not
 * shown among the primitives of the program.
 */
export function explain(hidden: Primitive, kind: string, told: () => string | WaitReason, facts: Partial<WaitReason> = {}): void {
  known.add(hidden)
  const value = ({ since, frame }: Wait, glance: Glance): WaitReason => {
    const words = told()
    return typeof words === "string" ? { kind, text: `${words}, ${glance.ago(since, frame?.loop)}`, ...facts } : words
  }
  Object.defineProperty(hidden, reasonFor, { value })
}

/** Makes a primitive that nobody sees a part of another. */
export function partOf<P extends Primitive>(whole: Primitive, part: P): P {
  part[standsFor] = whole
  return part
}

/** The primitives of the program at which somebody had to wait, or that hold much. */
export function* knownPrimitives(): Generator<Primitive> {
  for (const one of remembered) {
    const primitive = one.deref()
    if (primitive !== undefined) yield primitive
  }
}

/** What prints as `<Lock 'db' [locked, waiters:2]>`. */
export abstract class Primitive extends Shown {
  /** Its name; empty when it was given none. */
  readonly name: string

  constructor({ name = "" }: PrimitiveOptions = {}) {
    super()
    this.name = name
  }

  /** What kind it is, such as `Lock`. */
  protected abstract get kind(): string
  /** Its state, in asyncio's words. */
  protected abstract describe(): string

  declare [standsFor]?: Primitive

  /** By default in the words that primitive-words.ts has for it, if that is loaded. */
  [reasonFor]?(wait: Wait, glance: Glance): WaitReason | undefined

  [holdersOf](): readonly number[] {
    return []
  }

  [waitingIn](): Iterable<Wait> {
    return []
  }

  toString(): string {
    return `<${this.kind}${this.name === "" ? "" : ` '${this.name}'`} [${this.describe()}]>`
  }
}

/** What `operation` on a primitive waits for. */
export function waitOn(operation: string, { name }: Primitive): WaitInfo {
  return name === "" ? { kind: operation } : { kind: operation, detail: `'${name}'` }
}

/** As asyncio: the number of waiters where there are any. */
export function waiters(count: number): string {
  return count === 0 ? "" : `, waiters:${count}`
}
