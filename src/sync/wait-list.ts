/**
 * The one queue of waiting operations under every primitive.
 *
 * Invariants: members stand in the order of arrival, and a member stays until its turn has
 * come, also when it was woken or cancelled meanwhile; no member before `#cursor` is
 * pending, so waking n members costs O(n) and not O(n²).
 */
import { LinkedList } from "../structures/linked-list.ts"
import type { Operation } from "../core/operation.ts"
import type { Startable } from "../core/unstarted.ts"

type Member = Operation<unknown>

export class WaitList {
  readonly #members = new LinkedList<Startable>()
  #cursor: Startable | null = null

  get size(): number {
    return this.#members.size
  }

  /** A new member, last in line. */
  add(member: Member): void {
    this.#members.append(member)
    this.#cursor ??= member
  }

  /** Takes a member out; does nothing when it is not in line. */
  remove(member: Member): void {
    if (this.#cursor === member) this.#cursor = member.next
    this.#members.remove(member)
  }

  /** Wakes the first member that is pending; false if there is none. */
  wakeFirst(): boolean {
    const first = this.#firstPending()
    return first !== null && first.wake()
  }

  /** Wakes the first in line unless it was woken or cancelled: it will see to the others. */
  wakeHead(): void {
    const head = this.#members.first as Member | null // only operations are added
    if (head?.pending) head.wake()
  }

  /** Takes out the first member that is pending and wakes it; drops those before it. */
  popFirst(): void {
    for (let head = this.#members.first; head !== null; head = this.#members.first) {
      const member = head as Member // only operations are added
      this.remove(member)
      if (member.wake()) return
    }
  }

  /** Wakes every member. */
  wakeAll(): void {
    while (this.wakeFirst()) {
      // each call moves on by one
    }
  }

  /** Takes out and wakes every member. */
  popAll(): void {
    while (this.#members.first !== null) this.popFirst()
  }

  /** Whether nobody in line still wants what is waited for. */
  get allCancelled(): boolean {
    for (let member = this.#members.first; member !== null; member = member.next) {
      if (!(member as Member).cancelled) return false // only operations are added
    }
    return true
  }

  #firstPending(): Member | null {
    let member = this.#cursor
    while (member !== null && !(member as Member).pending) member = member.next // only operations are added
    this.#cursor = member
    return member as Member | null
  }
}
