import type { Glance } from "../core/glance.ts"
import type { WaitInfo, WaitReason } from "../core/observer.ts"
import type { Linked } from "../structures/linked-list.ts"
import { Operation } from "../core/operation.ts"
import { reasonFor, waitOn, type Primitive } from "./primitive.ts"

/** An operation that may stand in the line of a primitive. */
export abstract class LineOperation<T> extends Operation<T> implements Linked<LineOperation<unknown>> {
  previous: LineOperation<unknown> | null = null
  next: LineOperation<unknown> | null = null
  /** What it waits at, for whoever looks; null for what is none of the primitives. */
  protected at: Primitive | null

  constructor(at: Primitive | null = null) {
    super()
    this.at = at
  }

  override info(): WaitInfo {
    return this.at === null ? super.info() : waitOn(this.name, this.at)
  }

  override reason(glance: Glance): WaitReason | undefined {
    return this.at?.[reasonFor]?.(this, glance)
  }
}
