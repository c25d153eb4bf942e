/**
 * The one queue of waiting operations under every primitive.
 *
 * Invariants: members stand in the order of arrival, and a member stays until its turn has
 * come, also when it was woken or cancelled meanwhile; no member before `#cursor` is
 * pending, so waking n members costs O(n) and not O(n²).
 */
import { LinkedList } from "../structures/linked-list.ts"
import type { LineOperation } from "./line-operation.ts"

type Member = LineOperation<unknown>

export class WaitList {
  readonly #members = new LinkedList<Member>()
  #cursor: Member | null = null

  get size(): number {
    return this.#members.size
  }

  /** Who waits, first comes first. */
  [Symbol.iterator](): Iterator<Member> {
    return this.#members[Symbol.iterator]()
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
    const head = this.#members.first
    if (head?.pending) head.wake()
  }

  /** Takes out the first member that is pending and wakes it; drops those before it. */
  popFirst(): void {
    for (let head = this.#members.first; head !== null; head = this.#members.first) {
      this.remove(head)
      if (head.wake()) return
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
      if (!member.cancelled) return false
    }
    return true
  }

  #firstPending(): Member | null {
    let member = this.#cursor
    while (member !== null && !member.pending) member = member.next
    this.#cursor = member
    return member
  }
}
