import { Shown } from "../structures/shown.ts"
import type { WaitInfo } from "../core/observer.ts"

/** How any primitive is made. */
export interface PrimitiveOptions {
  /** What it is called where it is printed, and where somebody asks what a task waits for. */
  readonly name?: string | undefined
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
