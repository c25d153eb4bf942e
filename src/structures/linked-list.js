/**
 * Invariant: following `next` from `first` visits `size` members and ends at `last`;
 * a member that is not in the list has both links null and is not `first`.
 */
export class LinkedList {
    first = null;
    last = null;
    size = 0;
    append(member) {
        member.previous = this.last;
        if (this.last === null)
            this.first = member;
        else
            this.last.next = member;
        this.last = member;
        this.size += 1;
    }
    /** Takes `member` out; does nothing when it is not in this list. */
    remove(member) {
        const { previous, next } = member;
        if (previous === null) {
            if (this.first !== member)
                return;
            this.first = next;
        }
        else {
            previous.next = next;
        }
        if (next === null)
            this.last = previous;
        else
            next.previous = previous;
        member.previous = null;
        member.next = null;
        this.size -= 1;
    }
    has(member) {
        return member.previous !== null || this.first === member;
    }
    *[Symbol.iterator]() {
        let member = this.first;
        while (member !== null) {
            // Read first: the consumer may take the member out.
            const next = member.next;
            yield member;
            member = next;
        }
    }
}
