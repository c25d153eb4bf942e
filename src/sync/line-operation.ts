import type { Linked } from "../structures/linked-list.ts"
import { Operation } from "../core/operation.ts"

/** An operation that may stand in the line of a primitive. */
export abstract class LineOperation<T> extends Operation<T> implements Linked<LineOperation<unknown>> {
  previous: LineOperation<unknown> | null = null
  next: LineOperation<unknown> | null = null
}
