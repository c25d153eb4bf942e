/**
 * An intrusive doubly linked list: members carry their own links, so one can leave
 * from anywhere in O(1) and joining allocates nothing.
 */
export interface Linked<T> {
  previous: T | null
  next: T | null
}

/**
 * Invariant: following `next` from `first` visits `size` members and ends at `last`;
 * a member that is not in the list has both links null and is not `first`.
 */
export class LinkedList<T extends Linked<T>> {
  first: T | null = null
  last: T | null = null
  size = 0

  append(member: T): void {
    member.previous = this.last
    if (this.last === null) this.first = member
    else this.last.next = member
    this.last = member
    this.size += 1
  }

  /** Takes `member` out; does nothing when it is not in this list. */
  remove(member: T): void {
    const { previous, next } = member
    if (previous === null) {
      if (this.first !== member) return
      this.first = next
    } else {
      previous.next = next
    }
    if (next === null) this.last = previous
    else next.previous = previous
    member.previous = null
    member.next = null
    this.size -= 1
  }

  has(member: T): boolean {
    return member.previous !== null || this.first === member
  }

  *[Symbol.iterator](): Generator<T> {
    let member = this.first
    while (member !== null) {
      // Read first: the consumer may take the member out.
      const next: T | null = member.next
      yield member
      member = next
    }
  }
}
