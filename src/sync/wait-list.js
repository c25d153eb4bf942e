/**
 * The one queue of waiting operations under every primitive.
 *
 * Invariants: members stand in the order of arrival, and a member stays until its turn has
 * come, also when it was woken or cancelled meanwhile; no member before `#cursor` is
 * pending, so waking n members costs O(n) and not O(n²).
 */
import { LinkedList } from "../structures/linked-list.js";
export class WaitList {
    #members = new LinkedList();
    #cursor = null;
    get size() {
        return this.#members.size;
    }
    /** A new member, last in line. */
    add(member) {
        this.#members.append(member);
        this.#cursor ??= member;
    }
    /** Takes a member out; does nothing when it is not in line. */
    remove(member) {
        if (this.#cursor === member)
            this.#cursor = member.next;
        this.#members.remove(member);
    }
    /** Wakes the first member that is pending; false if there is none. */
    wakeFirst() {
        const first = this.#firstPending();
        return first !== null && first.wake();
    }
    /** Wakes the first in line unless it was woken or cancelled: it will see to the others. */
    wakeHead() {
        const head = this.#members.first; // only operations are added
        if (head?.pending)
            head.wake();
    }
    /** Takes out the first member that is pending and wakes it; drops those before it. */
    popFirst() {
        for (let head = this.#members.first; head !== null; head = this.#members.first) {
            const member = head; // only operations are added
            this.remove(member);
            if (member.wake())
                return;
        }
    }
    /** Wakes every member. */
    wakeAll() {
        while (this.wakeFirst()) {
            // each call moves on by one
        }
    }
    /** Takes out and wakes every member. */
    popAll() {
        while (this.#members.first !== null)
            this.popFirst();
    }
    /** Whether nobody in line still wants what is waited for. */
    get allCancelled() {
        for (let member = this.#members.first; member !== null; member = member.next) {
            if (!member.cancelled)
                return false; // only operations are added
        }
        return true;
    }
    #firstPending() {
        let member = this.#cursor;
        while (member !== null && !member.pending)
            member = member.next; // only operations are added
        this.#cursor = member;
        return member;
    }
}
